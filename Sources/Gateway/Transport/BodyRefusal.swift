import RegistryProtocols
import StrictParsers

/// Why a request's body was not read to its end.
enum BodyRefusal: ExplainedRefusal, Hashable, Sendable {
  /// More than `upload`, as its length says or as it came.
  case tooLarge
  /// Fewer bytes than `body_rate` over its window.
  case tooSlow
  /// Not whole within `body_timeout`.
  case timedOut
  /// The client ended the connection in the middle.
  case incomplete
  /// It came more slowly than others, which needed its room.
  case displaced
  /// The gateway's buffers are full.
  case noMemory(SharedBudget.Shortage)
  /// Its chunked framing is wrong.
  case malformed(HTTPRefusal)

  enum Code: String, CaseIterable, Sendable {
    case tooLarge = "body.too-large"
    case tooSlow = "body.too-slow"
    case timedOut = "body.timed-out"
    case incomplete = "body.incomplete"
    case displaced = "body.displaced"
    case noMemory = "memory.full"
    case malformed = "body.malformed"
  }

  var facts: RefusalFacts<Code> {
    switch self {
    case .tooLarge: .init(.tooLarge, 413, "the upload is larger than this gateway accepts")
    case .tooSlow: .init(.tooSlow, 408, "the upload came too slowly")
    case .timedOut: .init(.timedOut, 408, "the upload took too long")
    case .incomplete: .init(.incomplete, 400, "the upload ended before it was whole")
    case .displaced, .noMemory(.displaced):
      .init(.displaced, 503, "the upload came more slowly than others that needed its room; try again")
    case .noMemory(let shortage): .init(.noMemory, 503, "the gateway's buffers are full: \(shortage.words); try again")
    case .malformed(let refusal): .init(.malformed, 400, refusal.explanation)
    }
  }

  /// Whether it is the gateway that lacks room: the same request may succeed later.
  var isShortage: Bool {
    switch self {
    case .displaced, .noMemory: true
    case .tooLarge, .tooSlow, .timedOut, .incomplete, .malformed: false
    }
  }
}
