import StrictParsers

/// A `Cargo.toml`, as far as it says what the crate is.
struct CrateManifest: Sendable {
  private static let sections: [ExactString] = ["package", "project"]
  private static let keys: [ExactString] = ["name", "version"]

  private let name: TOMLValue?
  private let version: TOMLValue?

  /// - Parameter isOriginal: Whether it is as its author wrote it: then registries don't read it, and other spellings of its keys mean nothing.
  init(parsing bytes: [UInt8], isOriginal: Bool, _ budget: WorkBudget) throws(UploadRefusal) {
    let document: TOMLDocument
    do throws(TOMLError) { document = try TOMLDocument(parsing: bytes, budget: budget) } catch {
      throw error.reason == .budgetSpent ? .inspectionTooLong : .malformedMetadata(MetadataDoubt(error.reason, at: error.offset))
    }
    // What `[package]` was called before Rust 1.0.
    let sections = Self.sections.filter { document[$0] != nil }
    guard sections.count < 2 else { throw .malformedMetadata(MetadataDoubt("they have both a package and a project")) }
    guard let section = sections.first else {
      guard isOriginal else { throw .malformedMetadata(MetadataDoubt("they have no package")) }
      (name, version) = (nil, nil)
      return
    }
    if !isOriginal {
      guard Self.areSpeltOut(document.keys(of: []), Self.sections), Self.areSpeltOut(document.keys(of: [section]), Self.keys) else {
        throw .malformedMetadata(MetadataDoubt("a key in them is spelt as another but for its case"))
      }
    }
    name = document[section, "name"]
    version = document[section, "version"]
  }

  /// Whether no key is one of these in another case, for which some readers take it.
  private static func areSpeltOut(_ keys: [ExactString], _ known: [ExactString]) -> Bool {
    keys.allSatisfy { key in known.allSatisfy { key == $0 || !ASCII.equalIgnoringCase(key, $0) } }
  }

  /// What it says, both as plain text.
  func release() throws(UploadRefusal) -> CrateRelease {
    guard let name = name?.string.flatMap({ CrateName($0) }) else { throw .malformedMetadata(MetadataDoubt("their name is not one")) }
    guard let version = version?.string.flatMap({ SemanticVersion($0) }) else {
      throw .malformedMetadata(MetadataDoubt("their version is not one"))
    }
    return CrateRelease(name: name, version: version)
  }

  func agree(with release: CrateRelease) throws(UploadRefusal) {
    let own = try self.release()
    guard own.name.written == release.name.written else { throw .metadataMismatch("name") }
    guard own.version.written == release.version.written else { throw .metadataMismatch("version") }
  }

  /// The same of the manifest as its author wrote it, where a version may come from the workspace's manifest, which is not in the crate.
  func agreeWhereWritten(with release: CrateRelease) throws(UploadRefusal) {
    if let name { guard name.string == release.name.written else { throw .metadataMismatch("name") } }
    guard let version, version != .table else { return }
    guard version.string.map(Self.trimmed) == release.version.written else { throw .metadataMismatch("version") }
  }

  /// Without the white space around it, as cargo reads it. It writes none.
  private static func trimmed(_ text: ExactString) -> ExactString {
    let isSpace = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == 0x0A || byte == 0x0D }
    let rest = text.utf8.drop(while: isSpace)
    let count = rest.reversed().prefix(while: isSpace).count
    return ExactString(String(decoding: rest.dropLast(count), as: UTF8.self))
  }
}
