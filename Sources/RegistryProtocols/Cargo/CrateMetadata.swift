import StrictParsers

/// The JSON before the crate: what the registry's index will say of it.
struct CrateMetadata: Sendable {
  /// They are read where other requests wait. A crate with a thousand features has a fifth of these.
  private static let mostValues = 1 << 14

  let release: CrateRelease
  /// The crate's SHA-256, which no client of today states.
  let checksum: ExactString?
  private let object: JSONObject

  init(parsing bytes: [UInt8]) throws(UploadRefusal) {
    do throws(JSONError) { object = try StrictJSON.parseObject(bytes, limits: .init(values: Self.mostValues)) } catch {
      throw .malformedJSON(error)
    }
    // Some readers take a member for another that is spelt in another case, those of Go also for one with letters of other scripts.
    for member in object.members where !member.name.utf8.allSatisfy(Self.isOfName) {
      throw .unknownField(member.name.utf8.allSatisfy(ASCII.isVisible) ? member.name : "?")
    }
    guard let name = CrateName(try Self.text("name", of: object)) else { throw .malformedField("name") }
    guard let version = SemanticVersion(try Self.text("vers", of: object)) else { throw .malformedField("vers") }
    release = CrateRelease(name: name, version: version)
    switch object["cksum"] {
    case nil, .null: checksum = nil
    case .string(let stated): checksum = stated
    default: throw .malformedField("cksum")
    }
  }

  /// The metadata as they were read, without white space.
  var encoded: [UInt8] { object.encoded() }

  private static func text(_ name: ExactString, of object: JSONObject) throws(UploadRefusal) -> ExactString {
    guard let value = object[name] else { throw .missingField(name) }
    guard let text = value.string else { throw .malformedField(name) }
    return text
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    ASCII.isLower(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }
}
