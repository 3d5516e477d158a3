import PublisherPolicy
import RegistryProtocols
import StrictParsers
import TokenVerification

extension TokenRefusal {
  /// Whether it is said before anybody looks at what the claims say.
  var isOfSignature: Bool {
    switch self {
    case .malformed, .tooLarge, .forbiddenHeader, .unknownIssuer, .algorithmNotAllowed, .unknownKey, .ambiguousKey, .unusableKey,
      .badSignature, .keysUnavailable:
      true
    case .wrongAudience, .expired, .notYetValid, .lifetimeTooLong, .missingClaim, .invalidClaim: false
    }
  }
}

extension Verdict {
  /// `nil` if it is not decided.
  var holds: Bool? {
    switch self {
    case .granted, .admitted: true
    case .hangsOnExistence, .hangsOnMemory, .hangsOnClaims, .hangsOnEverything: nil
    }
  }

  /// Whom an upload is granted to.
  var grantee: PublisherID? {
    switch self {
    case .granted(let publisher): publisher
    case .admitted, .hangsOnExistence, .hangsOnMemory, .hangsOnClaims, .hangsOnEverything: nil
    }
  }

  /// Whose freeze would stop it.
  var nominee: PublisherID? {
    switch self {
    case .granted(let publisher), .admitted(let publisher), .hangsOnMemory(let publisher), .hangsOnClaims(let publisher, _): publisher
    case .hangsOnExistence, .hangsOnEverything: nil
    }
  }

  func words(_ registry: RegistryName, _ target: PublishTarget?) -> String {
    let package = target.map { Printable.value($0.package.canonical) } ?? "this"
    switch self {
    case .granted(let publisher): return "the publisher \(publisher) may publish \(package) to \(registry)"
    case .admitted(let publisher):
      return "the publisher \(publisher) is meant; say with --package and --version, or --upload, what it would publish"
    case .hangsOnExistence:
      return "granted if \(registry) has the package \(package), which it was not asked: say whether the package exists"
    case .hangsOnMemory(let publisher):
      return "granted if \(publisher) has learnt nobody else, which could not be looked up"
    case .hangsOnClaims(let publisher, let keys):
      return "granted if all else holds of the publisher \(publisher) that the record does not tell"
        + (keys.isEmpty ? "" : ": \(keys.map(\.text).joined(separator: ", "))")
    case .hangsOnEverything: return "the record does not say who wanted to publish"
    }
  }
}
