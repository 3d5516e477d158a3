import Digests
import NIOCore
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

/// A publish, from its routed request to the response: what is proven so far, and what it waits for.
///
/// An event says what the world did, the action that answers it what the world must do. Nothing in here waits or does I/O. `step` is the whole order
/// of a publish; each state holds the proof that the steps before have given.
struct PublishMachine {
  /// Indirect: a state is copied more often than it is made.
  indirect enum State {
    case created
    case awaitingKeys(UnverifiedCredential, AuthenticationPurpose)
    case awaitingUploadToken(UploadToken)
    case awaitingPins(AuthenticatedPrincipal, PinPurpose)
    case awaitingReportedPins(Principal, PassthroughCredential)
    /// Waits for bytes of the body, or for room to keep them.
    case receiving(AdmittedUpload, Reception)
    case finishingSpool(AdmittedUpload, Reception)
    case inspecting(AdmittedUpload, SpooledArtifact)
    case probingPackage(AdmittedUpload, AuthorizationPurpose)
    case probingFile(AuthorizedUpload)
    case reserving(AuthorizedUpload)
    /// The registry sees nothing of a streamed upload that never begins.
    case awaitingFirstBytes(ReservedUpload)
    case probingFileAgain(ReservedUpload)
    /// `Exchange`: of a request that is sent once more with a new token.
    case loadingCredential(ReservedUpload, Exchange?)
    case connecting(ReservedUpload, Exchange)
    case rechecking(ReservedUpload, Exchange)
    case streaming(ReservedUpload, Exchange)
    case awaitingResponse(ReservedUpload, Exchange)
    case judging(ReservedUpload, wasSentWhole: Bool)
    case recording(PublishResponse)
    case done
  }

  enum Event {
    case begin
    case keys(Result<KeySet, TokenRefusal>)
    case uploadToken(Result<UploadTokenRecord?, StateRefusal>)
    case pins(Result<[PinnedIdentity], StateRefusal>)
    case body(ByteBuffer)
    case bodyEnded(size: Int64)
    /// More of the body must come: the client is waited for.
    case bodyAwaited
    case bodyFailed(BodyRefusal)
    case spooled(Result<Void, SpoolRefusal>)
    case artifact(Result<SpooledArtifact, SpoolRefusal>)
    case inspected(Result<InspectedUpload, UploadRefusal>)
    case probed(Result<Existence, UpstreamFailure>)
    case reserved(Result<ReservationOutcome, StateRefusal>)
    case credentialLoaded(Result<Void, UpstreamFailure>)
    case connected(Result<ConnectionOrigin, UpstreamFailure>)
    /// The registry would take more of a streamed body.
    case upstreamReady
    /// The registry has taken all of a streamed body, which is still being hashed.
    case sentUnhashed
    /// The registry has taken all of a streamed body. `digests`: over it, if it is hashed.
    case sentWhole(digests: ArtifactDigests?)
    case response(UpstreamOutcome)
    case judged(Result<RelayedResponse, UpstreamFailure>)
    case recorded
    /// The client has gone while the registry was waited for.
    case clientGone
  }

  enum Action {
    case fetchKeys(UnverifiedCredential)
    case lookUpToken(SHA256Digest)
    case recallPins(PinQuery)
    case readBody
    case spool(ByteBuffer, hashing: Set<ArtifactDigest>)
    case finishSpool(hashing: Set<ArtifactDigest>)
    case inspect(any UploadInspector, SpooledArtifact)
    case probe(ExistenceProbe.Subject, PublishTarget, RegistryProber.Asker)
    case reserve(UploadReservation)
    /// `isRenewal`: the registry has refused the one that was loaded.
    case loadCredential(UpstreamPermit, PublishTarget.Package, isRenewal: Bool)
    case connect(isFresh: Bool)
    case send(UpstreamRequest, UpstreamPermit, SentBody)
    /// More of a streamed body.
    case forward(ByteBuffer)
    case finishBody
    case awaitResponse
    case judge(UpstreamAnswer)
    case record(Conclusion)
    case respond(PublishResponse)
    /// Nothing: an event that is still to come goes on.
    case wait
  }

  let request: PublishRequest
  let resources: RequestResources
  var record: RequestRecord
  var inputs = PolicyInputs()
  var reportOnly: ReportOnlyDecision?
  /// On whose account the upload takes room.
  var share = SharedBudget.Share.unverified
  /// Whether the credential that goes upstream is ours.
  var isOurs = true
  /// Whose upload it is; `nil` before he is known, or if the client's own credential passes.
  var subject: BindingSubject?
  /// What was entered into the store.
  var intent: OpenIntent?
  private(set) var state = State.created

  init(_ request: PublishRequest, _ resources: RequestResources, _ record: consuming RequestRecord) {
    self.request = request
    self.resources = resources
    self.record = record
  }

  mutating func handle(_ event: Event, _ world: some PublishWorld) -> Action {
    do throws(Refusal) {
      return try step(event, world)
    } catch {
      return conclude(.failure(error))
    }
  }

  /// What happens, for each state that waits and each event that it waits for. Every other event comes too late to matter.
  private mutating func step(_ event: Event, _ world: some PublishWorld) throws(Refusal) -> Action {
    switch (state, event) {
    case (.created, .begin): try begin(world)

    case (.awaitingKeys(let credential, let purpose), .keys(let keys)): try verify(credential, keys, purpose, world)
    case (.awaitingUploadToken(let token), .uploadToken(let found)): try authenticate(token, found, world)
    case (.awaitingPins(let client, let purpose), .pins(let pins)): try useNewPins(pins, client, purpose, world)
    case (.awaitingReportedPins(let principal, let pass), .pins(let pins)): try report(principal, pins, pass, world)

    case (.receiving(let upload, let reception), .body(let bytes)): try receive(bytes, upload, reception, world)
    case (.receiving, .spooled(let result)): try readOn(after: result)
    case (.receiving(let upload, let reception), .bodyEnded): endReception(upload, reception)
    case (.receiving, .bodyFailed(let refusal)), (.awaitingFirstBytes, .bodyFailed(let refusal)),
      (.streaming, .bodyFailed(let refusal)):
      throw .body(refusal)
    case (.finishingSpool(let upload, let reception), .artifact(let result)): try inspect(result, upload, reception, world)
    case (.inspecting(let upload, let artifact), .inspected(let result)): try useInspection(result, artifact, upload, world)

    case (.probingPackage(let upload, let purpose), .probed(let result)): try usePackage(result, upload, purpose, world)
    case (.probingFile(let upload), .probed(let result)): try reserve(upload, ifAbsent: result, world)
    case (.reserving(let upload), .reserved(let result)): try useReservation(result, upload, world)

    case (.awaitingFirstBytes(let upload), .bodyAwaited): wait(for: upload)
    case (.awaitingFirstBytes(let upload), .body(let bytes)): try begin(upload, with: bytes, world)
    case (.awaitingFirstBytes(let upload), .bodyEnded(let size)): try begin(upload, size: size, world)
    case (.probingFileAgain(let upload), .probed(let result)): try loadCredential(upload, ifAbsent: result)
    case (.loadingCredential(let upload, let exchange), .credentialLoaded(let result)): try connect(upload, exchange, after: result)
    case (.connecting(let upload, let exchange), .connected(let result)): try recheck(upload, exchange, result, world)
    case (.rechecking(let upload, let exchange), .uploadToken(let found)): try send(upload, exchange, ifLive: found, world)

    case (.streaming(let upload, let exchange), .upstreamReady): readOn(upload, exchange)
    case (.streaming(let upload, let exchange), .body(let bytes)): try forward(bytes, upload, exchange)
    case (.streaming(let upload, let exchange), .bodyEnded(let size)): end(upload, exchange, size: size)
    case (.streaming, .sentUnhashed): awaitDigest()
    case (.streaming(let upload, let exchange), .sentWhole(let digests)): awaitResponse(upload, exchange, digests)
    case (.streaming(let upload, let exchange), .response(let outcome)),
      (.awaitingResponse(let upload, let exchange), .response(let outcome)):
      try use(outcome, upload, exchange)
    case (.streaming, .clientGone), (.awaitingResponse, .clientGone): throw .client(.gone)
    case (.judging(_, let wasSentWhole), .judged(let result)): try finish(result, wasSentWhole: wasSentWhole, world)

    case (.recording(let response), .recorded): respond(response)
    default: .wait
    }
  }

  /// The one place where the state changes.
  mutating func enter(_ state: State, _ action: Action) -> Action {
    self.state = state
    return action
  }
}
