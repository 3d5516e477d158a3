package import StrictParsers

/// Why a JWK set as a whole can't be used.
package enum KeySetError: Error, Hashable, Sendable {
  case tooLarge(limit: Int)
  case malformed(JSONError)
  /// There is no `keys` array.
  case noKeys
  case tooManyKeys(limit: Int)
  /// Every key was skipped, or there was none.
  case nothingUsable([KeySet.SkippedKey])
}

/// The public keys of one issuer (RFC 7517, section 5), by their `kid`.
package struct KeySet: Sendable {
  package static let byteLimit = 1 << 20
  package static let keyLimit = 100

  /// A member that verifies nothing, and why.
  package struct SkippedKey: Hashable, Sendable {
    /// Its place in `keys`, from 0.
    package let index: Int
    package let id: ExactString?
    package let reason: KeyRefusal
  }

  /// What stands under one `kid`.
  enum Entry: Sendable {
    case key(JSONWebKey)
    case unusable(KeyRefusal)
    /// The `kid` stands more than once: whichever key were taken, somebody could have meant the other.
    case ambiguous
  }

  package let skipped: [SkippedKey]
  private let entries: [ExactString: Entry]

  /// The `kid`s that a token can name with success.
  package var usableIDs: [ExactString] { entries.compactMap { if case .key = $0.value { $0.key } else { nil } }.sorted() }

  /// Reads the bytes of a JWK set. Keys of other kinds are skipped, as RFC 7517 asks.
  package init(jwks bytes: some Collection<UInt8>) throws(KeySetError) {
    guard bytes.count <= Self.byteLimit else { throw .tooLarge(limit: Self.byteLimit) }
    let object: JSONObject
    do { object = try StrictJSON.parseObject(bytes) } catch { throw .malformed(error) }
    guard let keys = object["keys"]?.array else { throw .noKeys }
    guard keys.count <= Self.keyLimit else { throw .tooManyKeys(limit: Self.keyLimit) }
    var entries: [ExactString: Entry] = [:]
    var skipped: [SkippedKey] = []
    for (index, value) in keys.enumerated() {
      let id = value.object?["kid"]?.string
      let entry: Entry
      do { entry = .key(try JSONWebKey(value)) } catch {
        skipped.append(SkippedKey(index: index, id: id, reason: error))
        entry = .unusable(error)
      }
      if let id { entries[id] = entries[id] == nil ? entry : .ambiguous }
    }
    self.entries = entries
    self.skipped = skipped
    guard !usableIDs.isEmpty else { throw .nothingUsable(skipped) }
  }

  /// Whether the issuer publishes something under this `kid`, usable or not.
  package func contains(_ id: ExactString) -> Bool { entries[id] != nil }

  func entry(_ id: ExactString) -> Entry? { entries[id] }
}
