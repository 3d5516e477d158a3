import Observability
import StrictParsers
import TokenVerification

extension KeyFailure {
  /// For people: what went wrong, without a full stop.
  var explanation: String {
    switch self {
    case .fetch(let failure): failure.explanation
    case .discovery(let error): "the discovery document is not a strict JSON object: \(error.description)"
    case .foreignIssuer: "the discovery document names another issuer, or none"
    case .foreignKeys: "the discovery document names no keys of the issuer's origin"
    case .keys(let error): "the keys can't be used: \(error.explanation)"
    }
  }
}

extension FetchFailure {
  var explanation: String {
    switch self {
    case .urlRefused: "its URL is none that keys may be fetched from"
    case .addressRefused: "its name leads only to addresses that this issuer can't have"
    case .tooLarge(let limit): "what it sent is larger than \(limit) bytes"
    case .status(let status): "it answered with the status \(status)"
    case .timedOut: "it did not answer in time"
    case .unreadableFile(let path, let number): "\(path) can't be read: \(SystemError.words(number))"
    case .transfer(let words): words
    }
  }
}
