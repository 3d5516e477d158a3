import CZlib
import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// A gem as it is if it begins as one; else, what stands before the first NUL as the metadata of one, and what stands behind it as its checksums.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let gem = bytes.starts(with: "metadata.gz".utf8) || bytes.starts(with: "data.tar.gz".utf8) ? bytes : made(of: bytes)
  guard let gems = try? RubyGemsProtocol(RegistrySite(name: RegistryName("gems"), path: "/"), RegistryOptions(of: RubyGemsProtocol.options))
  else {
    return 0
  }
  if let target = try? gems.target(ofFile: "x.gem", gem, WorkBudget { false }) {
    Accepted.keep(([target.file] + target.otherFiles).map(\.text).joined(separator: " "), gem)
  }
  return 0
}

private func made(of bytes: [UInt8]) -> [UInt8] {
  let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
  let files = [("metadata.gz", gzip(Array(parts[0]))), ("data.tar.gz", gzip(tar([])))]
  return tar(parts.count > 1 ? files + [("checksums.yaml.gz", gzip(Array(parts[1])))] : files)
}

private func tar(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
  var archive: [UInt8] = []
  for file in files {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ place: Int) { header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8) }
    func octal(_ number: Int, _ digits: Int) -> String {
      let text = String(number, radix: 8)
      return String(repeating: "0", count: digits - text.utf8.count) + text
    }
    put(file.name, 0)
    put("0000444", 100)
    put(octal(file.content.count, 11), 124)
    put("        0", 148)
    put("ustar\u{0}00", 257)
    put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", 148)
    archive += header + file.content + [UInt8](repeating: 0, count: (512 - file.content.count % 512) % 512)
  }
  return archive + [UInt8](repeating: 0, count: 1024)
}

private func gzip(_ content: [UInt8]) -> [UInt8] {
  func little(_ number: UInt, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt($0))) } }
  let checksum = unsafe content.withUnsafeBufferPointer { unsafe crc32_z(0, $0.baseAddress, z_size_t($0.count)) }
  let length = UInt(content.count)
  return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(length, 2) + little(~length & 0xFFFF, 2) + content + little(UInt(checksum), 4)
    + little(length, 4)
}
