import Observability
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StateStore
import StrictParsers
import TokenVerification

extension Refusal {
  /// How a request ended that was not carried out.
  enum End {
    /// We said no.
    case refused
    /// It ought to have worked.
    case failed
    /// The client went away.
    case aborted
  }

  /// What a refusal tells programs, people and the record.
  struct Facts {
    let code: ReasonCode
    /// Of the response to an upload. It is 403 rather than 401 if a client would prompt for a password, or try again for ever.
    let status: Int
    /// One sentence for the person who published.
    let sentence: String
    /// The same for the audit record, which may say what a client may not hear.
    let detail: String
    let end: End
    /// Seconds after which the same request may succeed.
    let retryAfter: Int?

    init(
      _ code: ReasonCode, _ status: Int, _ sentence: String, detail: String? = nil, _ end: End = .refused, retryAfter: Int? = nil
    ) {
      self.code = code
      self.status = status
      self.sentence = sentence
      self.detail = detail ?? sentence
      self.end = end
      self.retryAfter = retryAfter
    }

    init(_ refusal: some ExplainedRefusal, _ end: End = .refused, retryAfter: Int? = nil) {
      let facts = refusal.facts
      self.init(ReasonCode(facts.code), facts.status, facts.explanation, end, retryAfter: retryAfter)
    }
  }

  /// Seconds after which what lacks only room or a moment may succeed.
  private static let soon = 5

  var facts: Facts {
    switch self {
    case .framing(let refusal): Facts(ReasonCode(refusal), refusal.status, refusal.explanation)
    case .path(let refusal): Facts(ReasonCode(refusal), refusal.status, refusal.explanation)
    case .route(let refusal): Facts(refusal)
    case .gateway(let refusal): Facts(refusal, .failed, retryAfter: Self.soon)
    case .credential(let refusal): Facts(refusal)
    case .token(let refusal): Self.facts(of: refusal)
    case .publisher(let refusal):
      Facts(ReasonCode(refusal.code), 403, refusal.sentence(for: .client), detail: refusal.sentence(for: .record))
    case .package(let refusal): Self.facts(of: refusal)
    case .body(.incomplete): Facts(BodyRefusal.incomplete, .aborted)
    case .body(let refusal) where refusal.isShortage: Facts(refusal, .failed, retryAfter: Self.soon)
    case .body(let refusal): Facts(refusal)
    case .spool(let refusal): Facts(refusal, .failed, retryAfter: Self.soon)
    case .upload(let refusal) where refusal.isOurs: Facts(refusal, .failed, retryAfter: Self.soon)
    case .upload(let refusal): Facts(refusal)
    case .state(let refusal): Self.facts(of: refusal)
    case .upstream(.busy): Facts(UpstreamFailure.busy, .failed, retryAfter: Self.soon)
    case .upstream(let failure): Facts(failure, .failed)
    case .client(let failure): Facts(failure, .aborted)
    }
  }

  private static func facts(of refusal: TokenRefusal) -> Facts {
    switch refusal {
    case .keysUnavailable(let seconds): Facts(ReasonCode(refusal.code), 503, refusal.explanation, .failed, retryAfter: seconds)
    case .malformed, .tooLarge, .forbiddenHeader, .unknownIssuer, .algorithmNotAllowed, .unknownKey, .ambiguousKey, .unusableKey,
      .badSignature, .wrongAudience, .expired, .notYetValid, .lifetimeTooLong, .missingClaim, .invalidClaim:
      Facts(ReasonCode(refusal.code), 403, refusal.explanation)
    }
  }

  private static func facts(of refusal: PackageRefusal) -> Facts {
    let (status, end, retryAfter): (Int, End, Int?) =
      switch refusal {
      case .fileExists: (409, .refused, nil)
      case .existenceUnknown: (503, .failed, soon)
      case .packageNotAllowed, .creationNotAllowed, .otherSpelling, .otherPackage: (403, .refused, nil)
      }
    return Facts(
      ReasonCode(refusal.code), status, refusal.sentence(for: .client), detail: refusal.sentence(for: .record), end, retryAfter: retryAfter)
  }

  private static func facts(of refusal: StateRefusal) -> Facts {
    let (code, text) = (ReasonCode(refusal.code), refusal.explanation)
    return switch refusal {
    case .unavailable: Facts(code, 503, text, .failed, retryAfter: soon)
    case .inFlight, .reserved: Facts(code, 503, text, retryAfter: soon)
    case .frozen(let freeze): Facts(code, 403, text, detail: "\(freeze.scope.words) is frozen: \(freeze.why)")
    case .replayed, .otherVersion, .otherBytes, .alreadySent, .ended, .packageTaken: Facts(code, 403, text)
    }
  }
}
