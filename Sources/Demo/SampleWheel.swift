import CZlib
import Digests
import StrictParsers

/// A wheel (PEP 427) of one empty module: small, and as real as any.
struct SampleWheel: Sendable {
  let name: String
  let version: String
  let bytes: [UInt8]

  var fileName: String { "\(stem)-\(version)-py3-none-any.whl" }
  var sha256: SHA256Digest { SHA256.digest(of: bytes) }
  private var stem: String { Self.stem(name) }

  init(name: String, version: String) {
    self.name = name
    self.version = version
    let stem = Self.stem(name)
    let folder = "\(stem)-\(version).dist-info"
    var files = [
      ("\(stem)/__init__.py", "\"\"\"Published by a CI job that has no secret.\"\"\"\n"),
      ("\(folder)/METADATA", "Metadata-Version: 2.1\nName: \(name)\nVersion: \(version)\nSummary: A of a demonstration\n"),
      ("\(folder)/WHEEL", "Wheel-Version: 1.0\nGenerator: imprimatur\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
    ]
    let record = files.map { "\($0.0),sha256=\(Base64URL.encode(SHA256.digest(of: $0.1.utf8).bytes)),\($0.1.utf8.count)\n" }.joined()
    files.append(("\(folder)/RECORD", "\(record)\(folder)/RECORD,,\n"))
    var archive = StoredZip()
    for (path, text) in files { archive.add(path, Array(text.utf8)) }
    bytes = archive.finish()
  }

  /// The form that publishes it, as twine and uv send it.
  func form() throws -> (type: String, body: [UInt8]) {
    var writer = try MultipartFormWriter(boundary: ExactString(Hex.encode(try SecureRandom.bytes(16))))
    let fields: [(ExactString, String)] = [
      (":action", "file_upload"), ("protocol_version", "1"), ("metadata_version", "2.1"), ("name", name), ("version", version),
      ("filetype", "bdist_wheel"), ("pyversion", "py3"), ("sha256_digest", sha256.hex),
    ]
    for (name, value) in fields { try writer.append(MultipartPartHead(name: name), content: Array(value.utf8)) }
    try writer.appendStreamedFile(
      MultipartPartHead(name: "content", fileName: ExactString(fileName), contentType: "application/octet-stream"))
    let envelope = try writer.finish()
    return (envelope.contentType, envelope.prefix + bytes + envelope.suffix)
  }

  private static func stem(_ name: String) -> String { String(name.map { $0 == "-" ? "_" : $0 }) }
}

/// Writes a zip archive (APPNOTE 6.3) of uncompressed files.
private struct StoredZip {
  /// 1980-01-01, the earliest day that the format knows.
  private static let date: UInt16 = 0x21
  private static let version: UInt16 = 20

  private var bytes: [UInt8] = []
  private var directory: [UInt8] = []
  private var count: UInt16 = 0

  mutating func add(_ path: String, _ content: [UInt8]) {
    let checksum = UInt32(truncatingIfNeeded: unsafe crc32(0, content, UInt32(content.count)))
    var common: [UInt8] = []
    common.append(little: Self.version)
    common.append(little: UInt16(0))
    common.append(little: UInt16(0))
    common.append(little: UInt16(0))
    common.append(little: Self.date)
    common.append(little: checksum)
    common.append(little: UInt32(content.count))
    common.append(little: UInt32(content.count))
    common.append(little: UInt16(path.utf8.count))
    common.append(little: UInt16(0))
    directory.append(little: UInt32(0x0201_4B50))
    directory.append(little: Self.version)
    directory += common
    directory += [UInt8](repeating: 0, count: 10)
    directory.append(little: UInt32(bytes.count))
    directory += Array(path.utf8)
    bytes.append(little: UInt32(0x0403_4B50))
    bytes += common + Array(path.utf8) + content
    count += 1
  }

  consuming func finish() -> [UInt8] {
    let start = UInt32(bytes.count)
    bytes += directory
    bytes.append(little: UInt32(0x0605_4B50))
    bytes.append(little: UInt32(0))
    bytes.append(little: count)
    bytes.append(little: count)
    bytes.append(little: UInt32(directory.count))
    bytes.append(little: start)
    bytes.append(little: UInt16(0))
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(little number: some FixedWidthInteger & UnsignedInteger) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) { append(UInt8(truncatingIfNeeded: number >> shift)) }
  }
}
