import Glibc
import NIOCore

/// The processors of the machine.
enum Processors {
  /// More than the kernel writes in a process's status.
  private static let mostBytes = 64 << 10

  /// How many this process may run on: of a container's share, or of those that it was pinned to. At least 1.
  static var usable: Int {
    guard let allowed = status().flatMap(allowed) else { return System.coreCount }
    return max(1, min(allowed, System.coreCount))
  }

  /// How many bits are set in the mask `Cpus_allowed` (proc_pid_status(5)); `nil` if there is none.
  static func allowed(in status: String) -> Int? {
    let name = "Cpus_allowed:"
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
    return line.dropFirst(name.count).compactMap(\.hexDigitValue).reduce(0) { $0 + $1.nonzeroBitCount }
  }

  private static func status() -> String? {
    let descriptor = unsafe open("/proc/self/status", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: mostBytes) { buffer, count in
      count = unsafe max(0, read(descriptor, buffer.baseAddress, buffer.count))
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
