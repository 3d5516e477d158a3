import Digests
import PublisherPolicy
import StrictParsers

extension SQLiteSession {
  /// A credential's row.
  struct FoundCredential {
    let id: Int64
    let kind: CredentialKind
    var end: Int64
    /// Of an upload token: that it was not burnt.
    let isLive: Bool
    /// The credential whose bindings an upload token shares; `nil` if it has its own.
    let origin: Int64?

    /// The credential that the bindings belong to.
    var owner: Int64 { origin ?? id }
  }

  /// `nil` if there is none, or one of another kind.
  func credential(_ key: CredentialKey) throws(DatabaseFailure) -> FoundCredential? {
    let found = try selectCredential.first(.digest(key.digest)) { row in
      CredentialKind(rawValue: row.integer(1)).map {
        FoundCredential(
          id: row.integer(0), kind: $0, end: row.integer(2), isLive: !row.isNull(3), origin: row.isNull(4) ? nil : row.integer(4))
      }
    }
    guard let found = found ?? nil, found.kind == key.kind else { return nil }
    return found
  }

  func artifacts(
    of subject: BindingSubject, in package: PublishTarget.Package, of registry: RegistryName
  ) throws(DatabaseFailure) -> [BoundArtifact] {
    guard let owner = try credential(subject.key)?.owner else { return [] }
    let rows = try selectArtifacts.all(.integer(owner), .text(registry.description), .text(package.canonical.text)) {
      row -> BoundArtifact? in
      guard let name = row.text(0), let sha256 = row.digest(2) else { return nil }
      return BoundArtifact(
        name: ExactString(name), version: row.text(1).map { ExactString($0) },
        digests: ArtifactDigests(sha256: sha256, md5: row.blob(3), sha1: row.blob(4), sha512: row.blob(5)))
    }
    return rows.compactMap { $0 }
  }
}

extension SQLiteSession {
  /// What a credential's row is found by.
  struct CredentialKey {
    let digest: SHA256Digest
    let kind: CredentialKind
  }
}

extension BindingSubject {
  /// It is a hash over a token's id: it is asked for once in a transaction.
  var key: SQLiteSession.CredentialKey {
    switch self {
    case .direct(let token): .init(digest: token.key, kind: .direct)
    case .uploadToken(let hash): .init(digest: hash, kind: .uploadToken)
    }
  }

  /// Why a credential of this kind may not be used if the store does not know it as one.
  var refusal: StateRefusal {
    switch self {
    case .direct: .replayed
    case .uploadToken: .ended
    }
  }
}
