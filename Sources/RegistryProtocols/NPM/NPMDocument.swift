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
  /// Of a manifest, of what it says of its file, and of an attachment: what decides what is published. No other spelling of it goes on, and nothing
  /// stands behind it.
  private static let decisive: [ExactString] = ["name", "version", "_id", "dist"]
  private static let decisiveOfFile: [ExactString] = ["integrity", "shasum", "tarball"]
  private static let decisiveOfAttachment: [ExactString] = ["content_type", "data", "length"]

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
  init(parsing bytes: [UInt8], attachment key: ExactString?, of addressed: NPMName, _ budget: WorkBudget) throws(UploadRefusal) {
    do throws(JSONError) {
      root = try StrictJSON.parseObject(bytes, limits: .init(values: 1 << 18, replacesLoneSurrogates: true), budget: budget)
    } catch {
      switch error.reason {
      case .budgetSpent: throw .inspectionTooLong
      case .tooManyValues: throw .documentTooLarge(NPMBody.history)
      default: throw .malformedJSON(error)
      }
    }
    guard let name = try Self.text("name", of: root), name == addressed.written else { throw .metadataMismatch("name") }
    if let id = try Self.text("_id", of: root) { guard id == name else { throw .metadataMismatch("_id") } }
    self.name = addressed

    guard let all = root[Self.attachments] else { throw .missingField(Self.attachments) }
    guard let all = all.object, let key, let attachment = all[key]?.object else { throw .malformedField(Self.attachments) }
    self.key = key
    self.attachment = attachment
    guard let version = Self.version(of: key, addressed) else { throw .fileNameMismatch }
    self.version = version
    let others = all.members.filter { $0.name != key }
    for statement in others where statement.name != ExactString("\(addressed.written)-\(version.written).sigstore") {
      throw .unexpectedFile(statement.name.utf8.allSatisfy(ASCII.isVisible) ? statement.name : "?")
    }
    for attachment in all.members { try Self.refuseSpellings(of: Self.decisiveOfAttachment, in: attachment.value.object) }
    var statements: [JSONObject.Member] = []
    for statement in others { statements.append(try Self.statement(statement)) }
    self.statements = statements

    guard let manifest = root["versions"]?.object?[version.written]?.object else { throw .malformedField("versions") }
    guard try Self.text("name", of: manifest) == name else { throw .metadataMismatch("name") }
    guard try Self.text("version", of: manifest) == version.written else { throw .metadataMismatch("version") }
    if let id = try Self.text("_id", of: manifest) {
      guard id == ExactString("\(name)@\(version.written)") else { throw .metadataMismatch("_id") }
    }
    self.manifest = manifest
    guard let distribution = manifest["dist"]?.object else { throw .malformedField("dist") }
    try Self.refuseSpellings(of: Self.decisiveOfFile, in: distribution)
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
    guard NPMBody.isFile(key) else { return nil }
    for beginning in ["\(name.written)-", "\(name.unscoped)-"] where key.utf8.starts(with: beginning.utf8) {
      return SemanticVersion(ExactString(Substring(key.utf8.dropFirst(beginning.utf8.count).dropLast(NPMBody.fileSuffix.count))))
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

  private static func refuseSpellings(of names: [ExactString], in object: JSONObject?) throws(UploadRefusal) {
    for member in object?.members ?? [] where names.contains(where: { isTaken(member.name, for: $0) }) {
      throw .unknownField(member.name.utf8.allSatisfy(ASCII.isVisible) ? member.name : "?")
    }
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
    for part in integrity.utf8.split(separator: UInt8(ascii: " ")) {
      let halves = part.split(separator: UInt8(ascii: "-"), maxSplits: 1)
      guard halves.count == 2, let stated = try? Base64.decode(Array(halves[1])) else { throw .malformedField("integrity") }
      let computed: [UInt8]?
      switch ExactString(Substring(halves[0])) {
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
    let told = ["integrity", "shasum"].compactMap { (name: ExactString) in self.distribution[name].map { JSONObject.Member(name, $0) } }
    let distribution = JSONObject(
      Self.others(of: self.distribution, than: Self.decisiveOfFile) + told + [.init("tarball", tarball)])
    let manifest = JSONObject(
      Self.others(of: self.manifest, than: Self.decisive) + [
        .init("name", .string(name.written)), .init("version", .string(version.written)),
        .init("_id", .string(ExactString("\(name.written)@\(version.written)"))), .init("dist", .object(distribution)),
      ])
    // The content stands where its empty string would end.
    let head = JSONObject(
      root.members.filter { Self.members.contains($0.name) } + [
        .init("dist-tags", .object(JSONObject(tags))),
        .init("versions", .object(JSONObject([.init(version.written, .object(manifest))]))),
      ]
    ).encoded().dropLast()
    let opening =
      Array(",\"_attachments\":{".utf8) + JSONValue.string(key).encoded() + Array(":{".utf8)
      + JSONObject(Self.mediaType(of: attachment) + [.init("length", .integer(Int64(length)))]).encoded().dropFirst().dropLast()
      + Array(",\"data\":\"".utf8)
    let rest = passesStatements ? JSONObject(statements).encoded().dropFirst().dropLast() : []
    return [
      .bytes(Array(head) + opening), .base64Artifact,
      .bytes(Array("\"}".utf8) + (rest.isEmpty ? [] : [UInt8(ascii: ",")] + rest) + Array("}}".utf8)),
    ]
  }

  /// What of an object decides nothing, in no spelling.
  private static func others(of object: JSONObject, than names: [ExactString]) -> [JSONObject.Member] {
    object.members.filter { member in !names.contains { member.name == $0 || isTaken(member.name, for: $0) } }
  }

  private static func mediaType(of attachment: JSONObject) -> [JSONObject.Member] {
    attachment["content_type"]?.string.map { [.init("content_type", .string($0))] } ?? []
  }

  /// A statement with no member but those that a registry reads.
  private static func statement(_ member: JSONObject.Member) throws(UploadRefusal) -> JSONObject.Member {
    guard let object = member.value.object, let data = object["data"]?.string else { throw .malformedField(attachments) }
    let length = object["length"]?.integer.map { [JSONObject.Member("length", .integer($0))] } ?? []
    return .init(member.name, .object(JSONObject(mediaType(of: object) + length + [.init("data", .string(data))])))
  }
}
