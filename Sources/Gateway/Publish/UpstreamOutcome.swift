import NIOCore
import RegistryClient
import RegistryProtocols
import StrictParsers

/// Where a connection to the registry comes from.
enum ConnectionOrigin: Hashable {
  /// It was just made.
  case new
  /// It served a request before, so that the registry may have closed it in the meantime.
  case pool
}

/// The body of a request to the registry, as much of it as is known when it is sent.
enum SentBody {
  case none
  case segments([BodySegment], SpooledArtifact?, contentType: ExactString)
  /// The beginning of a body that is sent as it comes.
  case stream(ByteBuffer)
}

/// A registry's whole answer.
struct UpstreamAnswer {
  let head: ResponseHead
  let body: [UInt8]
}

/// How a request to the registry ended.
struct UpstreamOutcome {
  let result: Result<UpstreamAnswer, UpstreamFailure>
  /// Whether a byte of an answer came.
  let hasAnswered: Bool
  let wasSentWhole: Bool
}
