import Digests
import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// Reads `{"crate": NAME, "number": VERSION, "sha256": HEX, "data": BASE64}` as it arrives. The members stand in this order, so that the crate is known
/// before its bytes come.
struct DepotInspector: UploadInspector {
  private static let mark = Array(",\"data\":\"".utf8)
  private static let mostHeadBytes = 4096

  private enum Stage { case head, data, rest, end }

  let registry: RegistryName
  private var stage = Stage.head
  private var head: [UInt8] = []
  /// Up to three characters that make no whole byte yet.
  private var held: [UInt8] = []
  private var isPadded = false
  private var sha256: ExactString = ""
  private(set) var announcedTarget: PublishTarget?

  init(registry: RegistryName) { self.registry = registry }

  var bufferedBytes: Int { head.count }
  var digestsToCompute: Set<ArtifactDigest> { [] }

  mutating func receive(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) throws(UploadRefusal) {
    var characters: [UInt8] = held
    for index in bytes.indices {
      let byte = bytes[index]
      switch stage {
      case .head:
        head.append(byte)
        guard head.count <= Self.mostHeadBytes else { throw .formTooLarge }
        if byte == UInt8(ascii: "\""), head.suffix(Self.mark.count).elementsEqual(Self.mark) { try readHead() }
      case .data where byte == UInt8(ascii: "\""): stage = .rest
      case .data: characters.append(byte)
      case .rest where byte == UInt8(ascii: "}"): stage = .end
      case .rest, .end: throw .malformedJSON(JSONError(.trailingBytes, at: index))
      }
    }
    let whole = stage == .head || stage == .data ? characters.count / 4 * 4 : characters.count
    held = Array(characters[whole...])
    guard whole > 0 else { return }
    guard !isPadded else { throw .malformedField("data") }
    isPadded = characters[whole - 1] == UInt8(ascii: "=")
    let decoded: [UInt8]
    do throws(Base64Error) { decoded = try Base64.decode(characters[..<whole]) } catch { throw .malformedField("data") }
    file(decoded.span)
  }

  private mutating func readHead() throws(UploadRefusal) {
    let object: JSONObject
    do throws(JSONError) {
      object = try StrictJSON.parseObject(head.dropLast(Self.mark.count) + [UInt8(ascii: "}")])
    } catch {
      throw .malformedJSON(error)
    }
    for member in object.members where !["crate", "number", "sha256"].contains(member.name) { throw .unknownField(member.name) }
    guard let written = object["crate"]?.string else { throw .missingField("crate") }
    guard let number = object["number"]?.string else { throw .missingField("number") }
    guard let name = DepotProtocol.naming.canonicalName(written) else { throw .malformedField("crate") }
    guard let version = DepotProtocol.naming.canonicalVersion(number) else { throw .malformedField("number") }
    sha256 = object["sha256"]?.string ?? ""
    announcedTarget = PublishTarget(
      registry: registry, package: .init(canonical: name), version: .init(written: number, canonical: version),
      file: ExactString("\(version).crate"))
    stage = .data
  }

  func finish(
    artifact: any RandomAccessBytes, digests: ArtifactDigests, budget: WorkBudget
  ) throws(UploadRefusal) -> InspectedUpload {
    guard stage == .end, let target = announcedTarget else { throw .malformedJSON(JSONError(.unexpectedEnd, at: head.count)) }
    guard digests.sha256.hex == sha256.text else { throw .digestMismatch("sha256") }
    let head = JSONObject([
      .init("crate", .string(target.package.canonical)), .init("number", .string(target.version?.canonical ?? "")),
      .init("sha256", .string(sha256)),
    ]).encoded()
    return InspectedUpload(
      target: target, contentType: "application/json",
      segments: [.bytes(head.dropLast() + Self.mark), .base64Artifact, .bytes(Array("\"}".utf8))])
  }
}
