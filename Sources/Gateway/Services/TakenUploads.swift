import Digests
import PublisherPolicy
import StateStore
import Synchronization

/// Bytes that a credential sends as a file of a package.
struct SentFile: Hashable, Sendable {
  let subject: BindingSubject
  let target: PublishTarget
  let digest: SHA256Digest
}

/// The files that registries took a short while ago, for clients that send them once more since the answer was lost on its way.
final class TakenUploads: Sendable {
  private static let most = 10_000

  private let files = Mutex(Generations<SentFile, Void>(most: TakenUploads.most))

  func contains(_ file: SentFile) -> Bool { files.withLock { $0[file] != nil } }
  func note(_ file: SentFile) { files.withLock { $0.note((), for: file) } }
}
