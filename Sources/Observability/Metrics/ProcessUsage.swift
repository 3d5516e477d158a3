import Foundation
import Glibc

/// What the process takes of its machine, under the names that Prometheus' own client libraries use.
struct ProcessUsage {
  /// Bytes; `nil` if the system does not tell.
  let residentMemory: Int64?
  let openDescriptors: Int64?
  /// Microseconds in which a processor worked for the process, in user and system mode.
  let processorTime: Int64

  static func now() -> ProcessUsage {
    var usage = rusage()
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return ProcessUsage(
      residentMemory: residentPages.map { $0 * Int64(sysconf(CInt(_SC_PAGESIZE))) }, openDescriptors: descriptorCount,
      processorTime: microseconds(usage.ru_utime) + microseconds(usage.ru_stime))
  }

  func write(to text: inout MetricsText) {
    Self.write("process_resident_memory_bytes", "gauge", "Resident memory.", residentMemory.map { String($0) }, to: &text)
    Self.write("process_open_fds", "gauge", "File descriptors that are open.", openDescriptors.map { String($0) }, to: &text)
    let (seconds, fraction) = processorTime.quotientAndRemainder(dividingBy: 1_000_000)
    let digits = String(String(1_000_000 + fraction).dropFirst())
    Self.write("process_cpu_seconds_total", "counter", "Processor time in user and system mode.", "\(seconds).\(digits)", to: &text)
  }

  private static func write(_ name: String, _ type: String, _ help: String, _ number: String?, to text: inout MetricsText) {
    guard let number else { return }
    text.begin(name, type, help)
    text.sample(name, [], [], number)
  }

  /// The second number of proc(5)'s `statm`.
  private static var residentPages: Int64? {
    guard let statm = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
    let numbers = statm.split(separator: UInt8(ascii: " "))
    return numbers.count > 1 ? Int64(String(decoding: numbers[1], as: UTF8.self)) : nil
  }

  private static var descriptorCount: Int64? {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") else { return nil }
    // One of them is the folder itself.
    return Int64(names.count - 1)
  }

  private static func microseconds(_ time: timeval) -> Int64 { Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_usec) }
}
