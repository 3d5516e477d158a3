package import Digests
package import PublisherPolicy
package import TokenVerification

/// What must be remembered so that one token makes one release, whatever happens in between.
///
/// Each function that waits is one transaction that is durable when it returns.
package protocol StateStore: Sendable {
  /// Marks `token` as exchanged for ever and keeps `uploadToken`; refused as a replay where the token was exchanged or used directly before.
  func exchange(_ token: TokenID, rememberedUntil: UnixTime, for uploadToken: UploadTokenRecord) async throws(StateRefusal)

  /// The record of a live upload token; nil where it is unknown, burnt or expired at `now`.
  func uploadToken(_ hash: SHA256Digest, at now: UnixTime) async throws(StateRefusal) -> UploadTokenRecord?

  /// Ends an upload token. Returns the record of the one that this call ended; nil where there was none.
  func burn(_ hash: SHA256Digest, at now: UnixTime) async throws(StateRefusal) -> UploadTokenRecord?

  /// Binds the credential to the package's version and the file's bytes and opens the intent to send them, or says why not.
  ///
  /// An upload token that was burnt meanwhile is refused here; whether it has expired is for the caller, who has the clock.
  func bind(_ binding: Binding) async throws(StateRefusal) -> IntentID

  /// Binds the credential to the package's version and claims the file's name for a body whose digest is not known yet.
  func claim(_ claim: StreamClaim) async throws(StateRefusal) -> StreamClaimOutcome

  /// Closes an intent with the store's next transaction that succeeds, and before whatever is asked of the store after this call.
  ///
  /// A streamed file's digest is bound where the whole body went out, and its claim is released where it did not. Nobody need wait for it: whoever
  /// is killed before finds the intent again.
  func end(_ intent: IntentID, as end: IntentEnd)

  /// The intents that an earlier process left open, in their order: what their claims sent is unknown for ever.
  ///
  /// Each of them stays open until `end` is called, so that a process that is killed before it has recorded them finds them again.
  func interruptedIntents() async throws(StateRefusal) -> [InterruptedIntent]

  /// Returns if the store can be written.
  func probe() async throws(StateRefusal)

  /// Removes at most `limit` of the rows that nothing can ask for any more, and returns how many.
  func removeExpired(at now: UnixTime, limit: Int) async throws(StateRefusal) -> Int
}

/// An upload token as the store keeps it: nothing in it makes the token.
package struct UploadTokenRecord: Hashable, Sendable {
  package let hash: SHA256Digest
  package let identity: PublisherIdentity
  package let expiry: UnixTime

  package init(hash: SHA256Digest, identity: PublisherIdentity, expiry: UnixTime) {
    self.hash = hash
    self.identity = identity
    self.expiry = expiry
  }
}

/// The credential that a binding belongs to.
package enum BindingSubject: Hashable, Sendable {
  /// An OIDC token presented with the upload; it is `direct` from then on.
  case direct(TokenID)
  case uploadToken(SHA256Digest)
}

package struct Binding: Hashable, Sendable {
  package let subject: BindingSubject
  package let target: PublishTarget
  package let digest: SHA256Digest
  /// When the subject is forgotten: past its expiry by the verifier's leeway and a margin.
  package let rememberedUntil: UnixTime
  /// What `interruptedIntents` needs to write the audit record: opaque to the store.
  package let note: [UInt8]

  package init(subject: BindingSubject, target: PublishTarget, digest: SHA256Digest, rememberedUntil: UnixTime, note: [UInt8]) {
    self.subject = subject
    self.target = target
    self.digest = digest
    self.rememberedUntil = rememberedUntil
    self.note = note
  }
}

package struct StreamClaim: Hashable, Sendable {
  package let subject: BindingSubject
  package let target: PublishTarget
  package let rememberedUntil: UnixTime
  package let note: [UInt8]

  package init(subject: BindingSubject, target: PublishTarget, rememberedUntil: UnixTime, note: [UInt8]) {
    self.subject = subject
    self.target = target
    self.rememberedUntil = rememberedUntil
    self.note = note
  }
}

package enum StreamClaimOutcome: Hashable, Sendable {
  case claimed(IntentID)
  /// The name was sent before with these bytes: the repeat must be spooled and compared first, then bound as a whole.
  case alreadyBound(SHA256Digest)
}

package struct IntentID: Hashable, Sendable {
  package let value: Int64
  package init(_ value: Int64) { self.value = value }
}

package enum IntentEnd: Hashable, Sendable {
  /// A bound upload: the binding stays whatever became of it.
  case bound
  /// A streamed body went out whole; nil where it was not hashed.
  case streamed(SHA256Digest?)
  /// A streamed body did not go out whole: nothing was published, so the name is free again.
  case released
}

package struct InterruptedIntent: Hashable, Sendable {
  package let id: IntentID
  package let note: [UInt8]

  package init(id: IntentID, note: [UInt8]) {
    self.id = id
    self.note = note
  }
}
