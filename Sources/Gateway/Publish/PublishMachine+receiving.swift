import Digests
import NIOCore
import Observability
import PublisherPolicy
import RegistryProtocols
import StateStore
import StrictParsers

/// How a body is received that is kept before it is sent.
enum Reception {
  /// Its form says what it is.
  case inspected(any UploadInspector, isAnnounced: Bool)
  /// It repeats a file that this credential has sent: its bytes are compared before the registry sees one.
  case repeated(PublishTarget)
}

/// What an upload brings, as far as it must be known before the store is asked.
enum UploadContent {
  case inspected(InspectedUpload, SpooledArtifact)
  case repeated(PublishTarget, SpooledArtifact)
  /// Its bytes are still to come.
  case streamed(PublishTarget)

  var target: PublishTarget {
    switch self {
    case .inspected(let upload, _): upload.target
    case .repeated(let target, _), .streamed(let target): target
    }
  }

  /// `nil` while its bytes are still to come.
  var artifact: SpooledArtifact? {
    switch self {
    case .inspected(_, let artifact), .repeated(_, let artifact): artifact
    case .streamed: nil
    }
  }
}

extension PublishMachine {
  mutating func begin(_ upload: AdmittedUpload, _ world: some PublishWorld) throws(Refusal) -> Action {
    switch request.route.body {
    case .stream(let target):
      record.facts.target = target
      return try reserve(.streamed(target), upload, world)
    case .inspect(let announced, let makeInspector):
      let inspector = try Refusal.wrap(Refusal.upload) { () throws(UploadRefusal) in try makeInspector() }
      let reception = Reception.inspected(inspector, isAnnounced: announced != nil)
      guard let announced else { return enter(.receiving(upload, reception), .readBody) }
      record.facts.target = announced
      return try authorize(upload, .announcement(announced, reception, file: ByteBuffer()), world)
    }
  }

  /// Reads some of the body. What the policy will not allow is refused as soon as the form has named it.
  mutating func receive(
    _ bytes: ByteBuffer, _ upload: AdmittedUpload, _ reception: Reception, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    guard case .inspected(var inspector, let isAnnounced) = reception else {
      return enter(.receiving(upload, reception), .spool(bytes, hashing: []))
    }
    var file = ByteBuffer()
    let before = inspector.bufferedBytes
    try Refusal.wrap(Refusal.upload) { () throws(UploadRefusal) in
      try inspector.receive(bytes.readableBytesUInt8Span) { unsafe file.writeBytes($0.bytes) }
    }
    try count(inspector.bufferedBytes - before)
    guard !isAnnounced, let target = inspector.announcedTarget else {
      return keep(file, upload, .inspected(inspector, isAnnounced: isAnnounced))
    }
    record.facts.target = target
    return try authorize(upload, .announcement(target, .inspected(inspector, isAnnounced: true), file: file), world)
  }

  /// Keeps bytes of the artifact, then reads on.
  mutating func keep(_ file: ByteBuffer, _ upload: AdmittedUpload, _ reception: Reception) -> Action {
    enter(.receiving(upload, reception), file.readableBytes == 0 ? .readBody : .spool(file, hashing: reception.digests))
  }

  func readOn(after result: Result<Void, SpoolRefusal>) throws(Refusal) -> Action {
    do throws(SpoolRefusal) { try result.get() } catch { throw .spool(error) }
    return .readBody
  }

  mutating func endReception(_ upload: AdmittedUpload, _ reception: Reception) -> Action {
    enter(.finishingSpool(upload, reception), .finishSpool(hashing: reception.digests))
  }

  mutating func inspect(
    _ result: Result<SpooledArtifact, SpoolRefusal>, _ upload: AdmittedUpload, _ reception: Reception, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    let artifact: SpooledArtifact
    do throws(SpoolRefusal) { artifact = try result.get() } catch { throw .spool(error) }
    record.facts.artifactDigest = artifact.digests.sha256
    record.facts.artifactSize = Int64(artifact.count)
    switch reception {
    case .repeated(let target): return try reserve(.repeated(target, artifact), upload, world)
    case .inspected(let inspector, _):
      // The form is written anew.
      try count(inspector.bufferedBytes)
      return enter(.inspecting(upload, artifact), .inspect(inspector, artifact))
    }
  }

  mutating func useInspection(
    _ result: Result<InspectedUpload, UploadRefusal>, _ artifact: SpooledArtifact, _ upload: AdmittedUpload, _ world: some PublishWorld
  ) throws(Refusal) -> Action {
    let inspected: InspectedUpload
    do throws(UploadRefusal) { inspected = try result.get() } catch { throw .upload(error) }
    record.facts.target = inspected.target
    return try reserve(.inspected(inspected, artifact), upload, world)
  }

  func count(_ bytes: Int) throws(Refusal) {
    do throws(SharedBudget.Shortage) { try resources.memory.grow(by: bytes) } catch { throw .body(.noMemory(error)) }
  }
}

extension Reception {
  /// What is computed over the artifact beside SHA-256.
  var digests: Set<ArtifactDigest> {
    switch self {
    case .inspected(let inspector, _): inspector.digestsToCompute
    case .repeated: []
    }
  }
}
