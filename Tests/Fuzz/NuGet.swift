import CZlib
import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// A package as it is if it begins as one; else, what stands before the first NUL as the manifest of one, and what stands behind it as its relationships.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let package = bytes.starts(with: "PK".utf8) ? bytes : made(of: bytes)
  let site = RegistrySite(name: RegistryName("packages"), path: "/")
  guard let nuget = try? NuGetProtocol(site, RegistryOptions(of: NuGetProtocol.options)) else { return 0 }
  if let target = try? nuget.target(ofFile: "x.nupkg", package, WorkBudget { false }) { Accepted.keep(target.file.text, package) }
  return 0
}

private func made(of bytes: [UInt8]) -> [UInt8] {
  let parts = bytes.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
  let files = [("a.nuspec", Array(parts[0]))]
  return zip(parts.count > 1 ? files + [("_rels/.rels", Array(parts[1]))] : files)
}

/// Stored, not deflated.
private func zip(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
  func little(_ number: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
  var archive: [UInt8] = []
  var directory: [UInt8] = []
  for file in files {
    let checksum = unsafe file.content.withUnsafeBufferPointer { unsafe crc32_z(0, $0.baseAddress, z_size_t($0.count)) }
    let sizes = little(file.content.count, 4) + little(file.content.count, 4)
    let head =
      little(20, 2) + little(0, 2) + little(0, 2) + little(0x2100_0000, 4) + little(Int(checksum), 4) + sizes
      + little(file.name.utf8.count, 2) + little(0, 2)
    directory +=
      Array("PK\u{1}\u{2}".utf8) + little(20, 2) + head + little(0, 6) + little(0, 4) + little(archive.count, 4) + Array(file.name.utf8)
    archive += Array("PK\u{3}\u{4}".utf8) + head + Array(file.name.utf8) + file.content
  }
  let end =
    little(0, 4) + little(files.count, 2) + little(files.count, 2) + little(directory.count, 4) + little(archive.count, 4) + little(0, 2)
  return archive + directory + Array("PK\u{5}\u{6}".utf8) + end
}
