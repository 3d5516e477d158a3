import Digests
import PublisherPolicy
import StrictParsers
import TokenVerification

@testable import StateStore

/// What a store must answer, said once more in the plainest way: sets and dictionaries, one request after another.
struct StoreModel {
  private enum Use: Equatable {
    case direct
    case exchanged(TokenExchange, packages: [PublishTarget.Package])
  }

  /// What one credential bound, or several that share it.
  fileprivate struct Bindings {
    var versions: [PublishTarget.Package: ExactString?] = [:]
    var files: [FileKey: FileState] = [:]
    var revisions: [Revision] = []
  }

  fileprivate struct FileKey: Hashable {
    let package: PublishTarget.Package
    let name: ExactString
  }

  fileprivate enum FileState {
    case bound(SHA256Digest)
    case claimed(IntentID)
    case sent
  }

  fileprivate struct Revision: Hashable {
    let package: PublishTarget.Package
    let name: ExactString
    let digest: SHA256Digest
  }

  private var uses: [TokenID: Use] = [:]
  /// The credential whose bindings an upload token uses.
  private var owners: [SHA256Digest: BindingSubject] = [:]
  private var ended: Set<SHA256Digest> = []
  private var bindings: [BindingSubject: Bindings] = [:]
  private var streaming: [IntentID: (owner: BindingSubject, upload: UploadIntent)] = [:]

  // MARK: - Tokens

  /// Nil: it is agreed to.
  mutating func exchange(_ exchange: TokenExchange) -> StateRefusal? {
    switch (uses[exchange.token], exchange.rule) {
    case (nil, .oncePerPackage(let package)): uses[exchange.token] = .exchanged(exchange, packages: [package])
    case (nil, _): uses[exchange.token] = .exchanged(exchange, packages: [])
    case (.exchanged(let first, let packages), .oncePerPackage(let package)):
      guard case .oncePerPackage = first.rule, !packages.contains(package) else { return .replayed }
      uses[exchange.token] = .exchanged(first, packages: packages + [package])
    case (.exchanged(let first, _), .repeatable): guard first.rule == .repeatable else { return .replayed }
    case (.exchanged, .oncePerToken), (.direct, _): return .replayed
    }
    owners[exchange.record.hash] = exchange.rule == .repeatable ? .direct(exchange.token) : .uploadToken(exchange.record.hash)
    return nil
  }

  mutating func burn(_ hash: SHA256Digest) -> Bool { owners[hash] != nil && ended.insert(hash).inserted }

  private mutating func owner(of subject: BindingSubject) -> Result<BindingSubject, StateRefusal> {
    switch subject {
    case .direct(let token):
      guard uses[token] ?? .direct == .direct else { return .failure(.replayed) }
      uses[token] = .direct
      return .success(subject)
    case .uploadToken(let hash):
      guard let owner = owners[hash], !ended.contains(hash) else { return .failure(.ended) }
      return .success(owner)
    }
  }

  // MARK: - Uploads

  /// - Parameter intent: what the store opened, for the upload's end; `nil` if it opened none.
  mutating func reserve(_ reservation: UploadReservation, as intent: IntentID?) -> Result<SHA256Digest?, StateRefusal> {
    switch reservation {
    case .open: .success(nil)
    case .bind(let binding): reserve(binding.upload, by: binding.subject, binding.digests.sha256, as: intent)
    case .claim(let claim): reserve(claim.upload, by: claim.subject, nil, as: intent)
    }
  }

  private mutating func reserve(
    _ upload: UploadIntent, by subject: BindingSubject, _ digest: SHA256Digest?, as intent: IntentID?
  ) -> Result<SHA256Digest?, StateRefusal> {
    let owner: BindingSubject
    switch self.owner(of: subject) {
    case .failure(let refusal): return .failure(refusal)
    case .success(let found): owner = found
    }
    let intent = intent ?? IntentID(0)
    var bound = bindings[owner] ?? Bindings()
    let target = upload.target
    let isVersionBound = upload.kind == .file || (upload.kind == .mutable && target.version != nil)
    if isVersionBound {
      if let version = bound.versions[target.package] {
        let isKnown = upload.kind == .mutable && bound.revisions.contains { $0.package == target.package && $0.digest == digest }
        guard version == target.version?.canonical || isKnown else { return .failure(.otherVersion) }
      } else {
        bound.versions[target.package] = .some(target.version?.canonical)
      }
    }
    switch upload.kind {
    case .part: break
    case .mutable: if let digest { bound.revise(target, digest) }
    case .file:
      let key = FileKey(package: target.package, name: target.file)
      switch bound.files[key] {
      case nil: bound.files[key] = digest.map { .bound($0) } ?? .claimed(intent)
      case .claimed: return .failure(.inFlight)
      case .sent: return .failure(.alreadySent)
      case .bound(let known):
        guard let digest else { return .success(known) }
        guard digest == known else { return .failure(.otherBytes) }
      }
    }
    bindings[owner] = bound
    if digest == nil { streaming[intent] = (owner, upload) }
    return .success(nil)
  }

  mutating func end(_ intent: IntentID, as end: IntentOutcome) {
    guard let (owner, upload) = streaming.removeValue(forKey: intent), var bound = bindings[owner] else { return }
    let key = FileKey(package: upload.target.package, name: upload.target.file)
    switch (upload.kind, end) {
    case (.part, _), (.mutable, .bound), (.mutable, .released), (.mutable, .streamed(nil)): break
    case (.mutable, .streamed(let digests?)): bound.revise(upload.target, digests.sha256)
    case (.file, .released): bound.files[key] = nil
    case (.file, .streamed(let digests)): bound.files[key] = digests.map { .bound($0.sha256) } ?? .sent
    case (.file, .bound): bound.files[key] = .sent
    }
    bindings[owner] = bound
  }

  /// Each name with each digest, in no order.
  func artifacts(of subject: BindingSubject, in package: PublishTarget.Package) -> Set<[String]> {
    let owner: BindingSubject?
    switch subject {
    case .direct(let token): owner = uses[token] == .direct ? subject : nil
    case .uploadToken(let hash): owner = owners[hash]
    }
    guard let owner, let bound = bindings[owner] else { return [] }
    var all = Set(bound.revisions.filter { $0.package == package }.map { [$0.name.text, $0.digest.hex] })
    for (key, state) in bound.files where key.package == package {
      if case .bound(let digest) = state { all.insert([key.name.text, digest.hex]) }
    }
    return all
  }
}

extension StoreModel.Bindings {
  fileprivate mutating func revise(_ target: PublishTarget, _ digest: SHA256Digest) {
    revisions.append(.init(package: target.package, name: target.file, digest: digest))
  }
}
