package import Digests
package import PublisherPolicy
package import StrictParsers
package import TokenVerification

/// What must be remembered so that one token makes one release, and so that trust once given goes to nobody else.
///
/// Each function that waits is one transaction that is durable when it returns.
package protocol StateStore: Sendable {
  // MARK: Credentials

  /// Marks the token as exchanged and keeps the upload token that it was exchanged for; refused as a replay where the token was used directly before,
  /// exchanged by another rule, or exchanged as often as its rule says.
  func exchange(_ exchange: TokenExchange) async throws(StateRefusal)

  /// The record of a live upload token; `nil` if it is unknown, burnt or expired at `now`.
  func uploadToken(_ hash: SHA256Digest, at now: UnixTime) async throws(StateRefusal) -> UploadTokenRecord?

  /// Ends an upload token. Returns the record of the one that this call ended; `nil` if there was none.
  func burn(_ hash: SHA256Digest, at now: UnixTime) async throws(StateRefusal) -> UploadTokenRecord?

  // MARK: Uploads

  /// Makes reservations, in their order, and closes intents before them. `completion` is called once, on any thread, with one result for each
  /// reservation; what was reserved is durable by then.
  ///
  /// What operators froze, what other uploads reserve and who was learnt meanwhile is judged in the same transaction. An upload token that was burnt
  /// meanwhile is refused here; whether it has expired is for the caller, who has the clock. Where the transaction fails, all of its reservations are
  /// refused as unavailable, and its ends are done with the store's next transaction that succeeds.
  ///
  /// Ends come before whatever is asked of the store after this call, and free what their intents reserved. A streamed file's digest is bound where the
  /// whole body went out, and its claim is released where it did not. Nobody need wait for an end: whoever is killed before finds the intent again.
  /// Without reservations `completion` is called with none, and says nothing of the ends.
  func submit(_ batch: StoreBatch, completion: @escaping StoreBatch.Completion)

  /// What a credential sent of a package, also before its bytes were all at the registry: at most 1,000 digests, the newest first.
  ///
  /// A name that is claimed, or whose bytes nobody knows, is not among them.
  func artifacts(
    of subject: BindingSubject, in package: PublishTarget.Package, of registry: RegistryName
  ) async throws(StateRefusal) -> [BoundArtifact]

  /// The intents that an earlier process left open, in their order: what their claims sent is unknown for ever.
  ///
  /// Each of them stays open until it is ended, so that a process that is killed before it has recorded them finds them again.
  func interruptedIntents() async throws(StateRefusal) -> [InterruptedIntent]

  // MARK: Publishers

  /// What was learnt of publishers of this repository, or of the repository with these ids, whatever it was called then.
  func learnt(issuer: ExactString, repository: ExactString, ids: ImmutableIDs) async throws(StateRefusal) -> [PinnedIdentity]

  /// All publishers that were ever used and not forgotten.
  func publisherRecords() async throws(StateRefusal) -> [PublisherRecord]

  /// Forgets what was learnt of a publisher and what it brought into being. Returns how many records there were; without any, the action is not kept.
  func forget(_ publisher: PublisherID, _ action: [UInt8]) async throws(StateRefusal) -> Int

  /// Ends every live upload token that was given out for one of these publishers, and returns how many there were.
  func revoke(_ publishers: [PublisherID], at now: UnixTime, _ action: [UInt8]?) async throws(StateRefusal) -> Int

  /// The publishers for which upload tokens were given out that live.
  func publishersOfTokens(at now: UnixTime) async throws(StateRefusal) -> [PublisherID]

  // MARK: Operators

  /// Takes the place of an earlier freeze of the same scope.
  func freeze(_ freeze: Freeze, _ action: [UInt8]) async throws(StateRefusal)

  /// False where the scope was not frozen, and then the action is not kept.
  func unfreeze(_ scope: Freeze.Scope, _ action: [UInt8]) async throws(StateRefusal) -> Bool

  /// What is frozen: everything first, then registries, then publishers.
  func freezes() async throws(StateRefusal) -> [Freeze]

  /// What is frozen, and the actions that this caller must record: nobody else is given them for a minute, within which they should be settled.
  func updates(at now: UnixTime) async throws(StateRefusal) -> OperatorUpdates

  /// Forgets actions that were recorded.
  func settle(_ actions: [OperatorAction]) async throws(StateRefusal)

  // MARK: Upkeep

  /// Returns if the store can be written.
  func probe() async throws(StateRefusal)

  /// Removes at most `limit` of the rows that nothing can ask for any more, and returns how many.
  func removeExpired(at now: UnixTime, limit: Int) async throws(StateRefusal) -> Int

  /// Closes it once all that waits is done; whatever comes later is refused as unavailable.
  func close() async
}
