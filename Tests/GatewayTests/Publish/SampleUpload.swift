import Digests
import NIOCore
import RegistryProtocols
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Gateway
@testable import PublisherPolicy

/// The kinds of uploads that differ in the way that they take.
enum SampleUpload: String, CaseIterable {
  case streamed, chunked, inspected, announced, byUploadToken, legacy, reported, reportedPinning, exclusive, pinning, creating
  case inSeveralRequests

  /// The configuration under which it comes.
  var settings: SettingsSample {
    var sample = SettingsSample(
      upstream: "{url: \"http://127.0.0.1:8081/\", credential: {bearer: {env: SECRET}}}",
      registry: ", template: \"/{name}/{version}/{file}\"")
    sample.protocol = "generic"
    switch self {
    case .streamed, .chunked, .inspected, .announced, .byUploadToken, .inSeveralRequests: break
    case .legacy: sample.registry += ", legacy_credentials: pass"
    case .reported: sample.registry += ", legacy_credentials: pass, mode: report"
    case .reportedPinning:
      sample = Self.reported.settings
      sample.when = Self.pinning.settings.when
    case .exclusive: sample.registry += ", overwrite: refuse"
    case .pinning: sample.when = "{repository: acme/widgets, workflow: release.yml}"
    case .creating: sample.mayPublish = "{python: \"acme-*\"}"
    }
    return sample
  }

  private func authorization() throws -> String {
    switch self {
    case .streamed, .chunked, .inspected, .announced, .pinning, .creating, .inSeveralRequests:
      "Authorization: Bearer \(try PublishSample.token())"
    case .byUploadToken, .exclusive:
      "Authorization: Bearer \(String(decoding: try PublishSample.uploadToken.get().exposedText, as: UTF8.self))"
    case .legacy, .reported, .reportedPinning: "Authorization: Basic \(Base64.encode(Array("me:my password".utf8)))"
    }
  }

  func head() throws -> RequestHead {
    let framing = self == .chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(PublishSample.bytes.count)"
    let extra =
      settings.registry.contains("mode: report")
      ? "X-Imprimatur-Token: \(try PublishSample.token())" : "Content-Type: application/octet-stream"
    return try PublishSample.head("PUT /acme-widgets/1.0/w.whl HTTP/1.1", try authorization(), framing, extra)
  }

  var route: PublishRoute {
    let single = SingleRequest(.put, "/acme-widgets/1.0/w.whl")
    switch self {
    case .streamed, .chunked, .byUploadToken, .legacy, .reported, .reportedPinning, .exclusive, .pinning, .creating:
      return PublishRoute(body: .stream(PublishSample.target), exchange: single)
    case .inspected: return PublishRoute(body: .inspect { SampleInspector() }, exchange: single)
    case .announced:
      return PublishRoute(body: .inspect(announced: PublishSample.target) { SampleInspector() }, exchange: single)
    case .inSeveralRequests:
      return PublishRoute(body: .inspect(announced: PublishSample.target) { SampleInspector() }, exchange: ThreeRequests())
    }
  }

  func request(_ configuration: ConfigurationSnapshot, head: RequestHead? = nil) throws -> PublishRequest {
    let head = try head ?? self.head()
    let path = RoutedPath(raw: "/acme-widgets/1.0/w.whl", segments: ["acme-widgets", "1.0", "w.whl"], query: nil)
    return PublishRequest(
      configuration: configuration, registry: configuration.registries[0], routed: RoutedRequest(head, path), route: route)
  }
}

/// Takes everything for the artifact, and names itself with the first byte.
struct SampleInspector: UploadInspector {
  var target: PublishTarget = PublishSample.target
  private(set) var bufferedBytes = 0
  private(set) var announcedTarget: PublishTarget?
  let digestsToCompute: Set<ArtifactDigest> = [.md5]

  mutating func receive(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) throws(UploadRefusal) {
    if bytes.count > 0, bytes[0] == UInt8(ascii: "!") { throw .unavailable }
    bufferedBytes += 10
    announcedTarget = target
    file(bytes)
  }

  func finish(artifact: any RandomAccessBytes, digests: ArtifactDigests, budget: WorkBudget) throws(UploadRefusal) -> InspectedUpload {
    Self.upload
  }

  static let upload = InspectedUpload(
    target: PublishSample.target, contentType: "multipart/form-data", segments: [.bytes(Array("form:".utf8)), .artifact])
}

/// Asks where the file may be put, puts it there, and asks whether it is there.
struct ThreeRequests: UpstreamExchange {
  private var sent = 0

  mutating func begin(_ upload: InspectedUpload?) -> UpstreamRequest {
    sent = 1
    return UpstreamRequest(.get, "/where")
  }

  mutating func next(after response: UpstreamResponse) throws(UnexpectedResponse) -> UpstreamStep {
    guard response.status != 418 else { throw UnexpectedResponse() }
    guard response.status < 300 else { return .relay }
    sent += 1
    switch sent {
    case 2: return .send(UpstreamRequest(.post, "/there", .segments([.artifact], contentType: "application/zip")))
    case 3: return .send(UpstreamRequest(.get, "/done"))
    default: return .respond(LocalResponse(status: 204, reason: "No Content", contentType: "text/plain", body: []))
    }
  }
}
