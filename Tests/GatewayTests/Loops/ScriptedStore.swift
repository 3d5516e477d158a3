import Digests
import PublisherPolicy
import StateStore
import StrictParsers
import Synchronization
import TokenVerification

/// A store that is given batches and answers when a test says so. It can be asked nothing else.
final class ScriptedStore: StateStore {
  struct Submitted: Sendable {
    let batch: StoreBatch
    let completion: StoreBatch.Completion
  }

  private let submitted = Mutex<[Submitted]>([])

  /// The batches that came since the last call.
  func take() -> [Submitted] {
    submitted.withLock { submitted in
      defer { submitted = [] }
      return submitted
    }
  }

  func submit(_ batch: StoreBatch, completion: @escaping StoreBatch.Completion) {
    submitted.withLock { $0.append(Submitted(batch: batch, completion: completion)) }
  }

  func exchange(_ exchange: TokenExchange) async throws(StateRefusal) { throw .unavailable }
  func artifacts(
    of subject: BindingSubject, in package: PublishTarget.Package, of registry: RegistryName
  ) async throws(StateRefusal) -> [BoundArtifact] { throw .unavailable }
  func uploadToken(_ hash: SHA256Digest, at now: UnixTime) async throws(StateRefusal) -> UploadTokenRecord? { throw .unavailable }
  func burn(_ hash: SHA256Digest, at now: UnixTime) async throws(StateRefusal) -> UploadTokenRecord? { throw .unavailable }
  func interruptedIntents() async throws(StateRefusal) -> [InterruptedIntent] { throw .unavailable }
  func learnt(issuer: ExactString, repository: ExactString, ids: ImmutableIDs) async throws(StateRefusal) -> [PinnedIdentity] {
    throw .unavailable
  }
  func publisherRecords() async throws(StateRefusal) -> [PublisherRecord] { throw .unavailable }
  func forget(_ publisher: PublisherID, _ action: [UInt8]) async throws(StateRefusal) -> Int { throw .unavailable }
  func revoke(_ publishers: [PublisherID], at now: UnixTime, _ action: [UInt8]?) async throws(StateRefusal) -> Int { throw .unavailable }
  func publishersOfTokens(at now: UnixTime) async throws(StateRefusal) -> [PublisherID] { throw .unavailable }
  func freeze(_ freeze: Freeze, _ action: [UInt8]) async throws(StateRefusal) { throw .unavailable }
  func unfreeze(_ scope: Freeze.Scope, _ action: [UInt8]) async throws(StateRefusal) -> Bool { throw .unavailable }
  func freezes() async throws(StateRefusal) -> [Freeze] { throw .unavailable }
  func updates(at now: UnixTime) async throws(StateRefusal) -> OperatorUpdates { throw .unavailable }
  func settle(_ actions: [OperatorAction]) async throws(StateRefusal) { throw .unavailable }
  func probe() async throws(StateRefusal) { throw .unavailable }
  func removeExpired(at now: UnixTime, limit: Int) async throws(StateRefusal) -> Int { throw .unavailable }
  func close() async {}
}
