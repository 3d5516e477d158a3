import Digests
import StrictParsers

/// What an upload's document says of the one version that it brings.
///
/// npm up to 9 sends all versions of a package once the registry has answered 409. The one that counts is that of the attachment: nothing else of
/// the document goes on, since what was published before is not this token's to change.
struct NPMDocument: Sendable {
  private static let attachments: ExactString = "_attachments"
  /// What of the document goes on, beside what is written anew.
  private static let members: Set<ExactString> = ["_id", "name", "description", "access", "readme"]
  /// Of a manifest: what decides what is published.
  private static let decisive: [ExactString] = ["name", "version", "_id", "dist"]

  let name: NPMName
  let version: SemanticVersion
  private let root: JSONObject
  private let manifest: JSONObject
  private let distribution: JSONObject
  private let tags: [JSONObject.Member]
  private let key: ExactString
  private let attachment: JSONObject
  /// Signed statements about the file.
  private let statements: [JSONObject.Member]

  /// - Parameters:
  ///   - bytes: Without the attachment's content.
  ///   - key: The attachment's.
  ///   - addressed: The package that the request's path names.
  init(parsing bytes: [UInt8], attachment key: ExactString?, of addressed: NPMName) throws(UploadRefusal) {
    do throws(JSONError) { root = try StrictJSON.parseObject(bytes, limits: .init(values: 1 << 18)) } catch { throw .malformedJSON(error) }
    guard let name = try Self.text("name", of: root), name == addressed.written else { throw .metadataMismatch("name") }
    if let id = try Self.text("_id", of: root) { guard id == name else { throw .metadataMismatch("_id") } }
    self.name = addressed

    guard let all = root[Self.attachments] else { throw .missingField(Self.attachments) }
    guard let all = all.object, let key, let attachment = all[key]?.object else { throw .malformedField(Self.attachments) }
    self.key = key
    self.attachment = attachment
    guard let version = Self.version(of: key, addressed) else { throw .fileNameMismatch }
    self.version = version
    statements = all.members.filter { $0.name != key }
    for statement in statements where statement.name.text != "\(addressed.written)-\(version.written).sigstore" {
      throw .unexpectedFile(statement.name.utf8.allSatisfy(ASCII.isVisible) ? statement.name : "?")
    }

    guard let manifest = root["versions"]?.object?[version.written]?.object else { throw .malformedField("versions") }
    for member in manifest.members where Self.decisive.contains(where: { Self.isTaken(member.name, for: $0) }) {
      throw .unknownField(member.name.utf8.allSatisfy(ASCII.isVisible) ? member.name : "?")
    }
    guard try Self.text("name", of: manifest) == name else { throw .metadataMismatch("name") }
    guard try Self.text("version", of: manifest) == version.written else { throw .metadataMismatch("version") }
    if let id = try Self.text("_id", of: manifest) { guard id.text == "\(name)@\(version.written)" else { throw .metadataMismatch("_id") } }
    self.manifest = manifest
    guard let distribution = manifest["dist"]?.object else { throw .malformedField("dist") }
    self.distribution = distribution

    switch root["dist-tags"] {
    case nil, .null: tags = []
    case .object(let object): tags = object.members.filter { $0.value.string == version.written }
    default: throw .malformedField("dist-tags")
    }
  }

  /// The tags that the version gets.
  var tagNames: [ExactString] { tags.map(\.name) }

  /// `NAME-VERSION.tgz`, with the scope or without it.
  private static func version(of key: ExactString, _ name: NPMName) -> SemanticVersion? {
    for beginning in ["\(name.written)-", "\(name.unscoped)-"] where key.text.hasPrefix(beginning) && key.text.hasSuffix(".tgz") {
      return SemanticVersion(ExactString(key.text.dropFirst(beginning.count).dropLast(".tgz".count)))
    }
    return nil
  }

  private static func text(_ name: ExactString, of object: JSONObject) throws(UploadRefusal) -> ExactString? {
    guard let value = object[name] else { return nil }
    guard let text = value.string else { throw .malformedField(name) }
    return text
  }

  /// Whether some reader takes a member for another: those of Go ignore case, and take two letters of other scripts for `s` and `k`.
  private static func isTaken(_ name: ExactString, for other: ExactString) -> Bool {
    guard name != other else { return false }
    let folded = name.text.replacing("\u{17F}", with: "s").replacing("\u{212A}", with: "k")
    return ASCII.equalIgnoringCase(folded.utf8, other.utf8)
  }

  // MARK: - The file

  /// Compares what the document says of the file with the file.
  func verify(_ digests: ArtifactDigests, length: Int) throws(UploadRefusal) {
    if let stated = attachment["length"] { guard stated.integer == Int64(length) else { throw .digestMismatch("length") } }
    if let shasum = try Self.text("shasum", of: distribution) {
      guard let stated = Hex.decode(shasum.utf8), stated.count == 20 else { throw .malformedField("shasum") }
      guard digests.sha1 == nil || digests.sha1 == stated else { throw .digestMismatch("shasum") }
    }
    guard let integrity = try Self.text("integrity", of: distribution) else { return }
    for part in integrity.text.split(separator: " ") {
      let halves = part.split(separator: "-", maxSplits: 1)
      guard halves.count == 2, let stated = try? Base64.decode(Array(halves[1].utf8)) else { throw .malformedField("integrity") }
      let computed: [UInt8]?
      switch halves[0] {
      case "sha512": computed = digests.sha512
      case "sha256": computed = digests.sha256.bytes
      case "sha1": computed = digests.sha1
      default: throw .malformedField("integrity")
      }
      guard computed == nil || computed == stated else { throw .digestMismatch("integrity") }
    }
  }

  // MARK: - Writing

  /// The document with nothing but this version, the file last.
  func segments(registryURL: ExactString, length: Int, passesStatements: Bool) -> [BodySegment] {
    let file = "\(name.unscoped)-\(version.written).tgz"
    let tarball = JSONValue.string(ExactString("\(registryURL)/\(name.written)/-/\(file)"))
    let written = Self.replacing("dist", in: manifest, by: .object(Self.replacing("tarball", in: distribution, by: tarball)))
    let attachment = Self.replacing("data", in: self.attachment, by: .string(""))
    // The content stands where its empty string would end.
    let head = JSONObject(
      root.members.filter { Self.members.contains($0.name) } + [
        .init("dist-tags", .object(JSONObject(tags))),
        .init("versions", .object(JSONObject([.init(version.written, .object(written))]))),
      ]
    ).encoded().dropLast()
    let others = JSONObject(
      attachment.members.filter { $0.name != "data" && $0.name != "length" } + [.init("length", .integer(Int64(length)))]
    ).encoded().dropLast()
    let rest = passesStatements ? JSONObject(statements).encoded().dropFirst().dropLast() : []
    let opening =
      Array(",\"_attachments\":{".utf8) + JSONValue.string(key).encoded() + Array(":".utf8) + others + Array(",\"data\":\"".utf8)
    return [
      .bytes(Array(head) + opening), .base64Artifact,
      .bytes(Array("\"}".utf8) + (rest.isEmpty ? [] : [UInt8(ascii: ",")] + rest) + Array("}}".utf8)),
    ]
  }

  private static func replacing(_ name: ExactString, in object: JSONObject, by value: JSONValue) -> JSONObject {
    JSONObject(object.members.filter { $0.name != name } + [.init(name, value)])
  }
}
