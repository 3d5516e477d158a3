import Digests
import Observability
import PublisherPolicy
import StrictParsers
import Synchronization

/// Whom a verified token speaks for, and what is recorded of it: what follows from its claims by one configuration, whatever the time is.
final class IdentifiedToken: Sendable {
  let identity: PublisherIdentity
  let signedPart: SHA256Digest
  let provenance: Provenance?
  /// The claims that the record holds.
  let recordedClaims: RecordedClaims
  /// Claims that the provider's table does not know.
  let unaccountedClaims: [ExactString]

  init(_ identity: PublisherIdentity, signedPart: SHA256Digest, provenance: Provenance?, unaccountedClaims: [ExactString]) {
    self.identity = identity
    self.signedPart = signedPart
    self.provenance = provenance
    recordedClaims = RecordedClaims(identity.comparable)
    self.unaccountedClaims = unaccountedClaims
  }
}

/// The tokens that were identified by one configuration, of which clients send many more than once.
final class IdentifiedTokens: Sendable {
  private static let most = 1024

  /// One token may be meant for several registries.
  private struct Key: Hashable {
    let signedPart: SHA256Digest
    let audience: ExactString
  }

  private let tokens = Mutex(Generations<Key, IdentifiedToken>(most: IdentifiedTokens.most))

  /// The token with this signed part, as it was verified for this audience.
  subscript(signedPart: SHA256Digest, audience: ExactString) -> IdentifiedToken? {
    let key = Key(signedPart: signedPart, audience: audience)
    return tokens.withLock { $0[key] }
  }

  func note(_ token: IdentifiedToken) {
    let key = Key(signedPart: token.signedPart, audience: token.identity.audience)
    tokens.withLock { $0.note(token, for: key) }
  }
}
