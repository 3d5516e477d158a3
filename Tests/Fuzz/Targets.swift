import CZlib
import Digests
import Glibc
import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// What libFuzzer calls. What a reader accepts is shown to another reader, which says whether it understands the same: `Tests/Fuzz/live` is at the other end.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = unsafe Array(UnsafeBufferPointer(start: data, count: count))
  guard let name = unsafe getenv("FUZZ_TARGET"), let target = FuzzTarget(rawValue: unsafe String(cString: name)) else { exit(64) }
  let body = target.body(of: input)
  if let understood = target.read(body) { Oracle.ask(understood, of: body) }
  return 0
}

enum FuzzTarget: String {
  case toml, crate, npm

  /// What the reader is given. What stands before the first NUL is a crate's metadata, or a package's document in which `@` stands for the file; the rest is
  /// the content of the archive, which lacks nothing that a change would break.
  func body(of input: [UInt8]) -> [UInt8] {
    let head = input.prefix { $0 != 0 }
    switch self {
    case .toml: return input
    case .crate:
      let archive = Archive.gzip(Archive.withChecksums(Array(input.dropFirst(head.count + 1))))
      return CrateFrame.prefix(head.count) + head + CrateFrame.prefix(archive.count) + archive
    case .npm:
      guard let place = head.firstIndex(of: UInt8(ascii: "@")) else { return Array(head) }
      let archive = Archive.gzip(Archive.withChecksums(Array(input.dropFirst(head.count + 1))))
      return Array(head[..<place]) + Base64.encode(archive).utf8 + head[(place + 1)...]
    }
  }

  /// The name and the version that the reader finds, each on a line; `nil` if it refuses the input.
  func read(_ input: [UInt8]) -> [UInt8]? {
    switch self {
    case .toml:
      guard let document = try? TOMLDocument(parsing: input, budget: WorkBudget { false }) else { return nil }
      let found = ["name", "version"].map { (key: ExactString) in document["package", key]?.string?.text ?? "" }
      return Array(found.map { String($0.unicodeScalars.map { $0.value < 0x20 ? " " : Character($0) }) }.joined(separator: "\n").utf8)
    case .crate, .npm:
      guard let inspector, let upload = try? inspect(input, by: inspector) else { return nil }
      return Array("\(upload.target.file)\n\(upload.target.version?.written ?? "")".utf8)
    }
  }

  private var inspector: (any UploadInspector)? {
    let registry = RegistryName("registry")
    switch self {
    case .toml: return nil
    case .crate: return CargoUploadInspector(registry: registry)
    case .npm:
      guard let name = NPMName("a") else { return nil }
      return NPMUploadInspector(registry: registry, name: name, registryURL: "http://registry", tags: .any, attestations: .pass)
    }
  }

  private func inspect(_ body: [UInt8], by inspector: any UploadInspector) throws -> InspectedUpload {
    var inspector = inspector
    var file: [UInt8] = []
    try inspector.receive(body.span) { bytes in file.append(copying: bytes) }
    var hasher = ArtifactHasher([])
    unsafe hasher.update(file.span.bytes)
    return try inspector.finish(artifact: file, digests: hasher.finalize(), budget: WorkBudget { false })
  }
}

/// What a change of an archive breaks, mended.
enum Archive {
  /// The tar file with the checksum of each header that has a magic.
  static func withChecksums(_ tar: [UInt8]) -> [UInt8] {
    var tar = tar
    for start in stride(from: 0, to: tar.count - 511, by: 512) where tar[(start + 257)..<(start + 262)].elementsEqual("ustar".utf8) {
      let field = (start + 148)..<(start + 156)
      let sum = tar[start..<(start + 512)].reduce(0) { $0 + Int($1) } - tar[field].reduce(0) { $0 + Int($1) } + 8 * 0x20
      let digits = String(sum, radix: 8)
      tar.replaceSubrange(field, with: Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8) + [0, 0x20])
    }
    return tar
  }

  /// One member, stored.
  static func gzip(_ content: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]
    for start in stride(from: 0, through: content.count, by: 65_535) {
      let block = content[start..<min(start + 65_535, content.count)]
      let (count, isLast) = (UInt16(block.count), block.endIndex == content.count)
      stream += [isLast ? 1 : 0] + little(UInt32(count), 2) + little(UInt32(~count), 2) + block
      if isLast { break }
    }
    return stream + little(UInt32(truncatingIfNeeded: unsafe crc32(0, content, uInt(content.count))), 4) + little(UInt32(content.count), 4)
  }

  private static func little(_ number: UInt32, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
  }
}

/// The other reader, behind two pipes.
enum Oracle {
  static func ask(_ understood: [UInt8], of input: [UInt8]) {
    send(
      [understood.count, input.count].flatMap { count in (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } } + understood + input
    )
    var answer: UInt8 = 0
    while true {
      let count = unsafe Glibc.read(4, &answer, 1)
      if count == 1 { break }
      // libFuzzer's own alarm.
      guard count < 0, errno == EINTR else { exit(70) }
    }
    precondition(answer == 1, "another reader understands something else")
  }

  private static func send(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = unsafe rest.withUnsafeBytes { unsafe write(3, $0.baseAddress, $0.count) }
      guard written > 0 || written < 0 && errno == EINTR else { exit(70) }
      rest = rest.dropFirst(max(written, 0))
    }
  }
}
