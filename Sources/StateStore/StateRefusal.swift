package import PublisherPolicy

/// Why the store did not agree to a use of a credential.
package enum StateRefusal: Error, Hashable, Sendable {
  /// The token was used before: exchanged twice, or exchanged and direct.
  case replayed
  /// The credential has already sent another version of this package.
  case otherVersion
  /// The credential has already sent a file of this name with other bytes.
  case otherBytes
  /// The credential is sending a file of this name at this moment.
  case inFlight
  /// The credential has already sent a file of this name, and nobody knows with which bytes.
  case alreadySent
  /// The upload token is unknown, or was burnt meanwhile.
  case ended
  /// An operator has frozen what the upload would change.
  case frozen(Freeze)
  /// Somebody else's first upload is under way, and what becomes of it decides about this one; or somebody else's first upload has just been taken.
  case reserved
  /// The package was brought into being by another publisher of another identity, and this one has never published.
  case packageTaken(PublisherID)
  /// The store can't be read or written.
  case unavailable

  package enum Code: String, CaseIterable, Sendable {
    case replayed = "state.replayed"
    case otherVersion = "state.other-version"
    case otherBytes = "state.other-bytes"
    case inFlight = "state.in-flight"
    case alreadySent = "state.already-sent"
    case ended = "state.ended"
    case frozen = "state.frozen"
    case reserved = "state.reserved"
    case packageTaken = "state.package-taken"
    case unavailable = "state.unavailable"
  }

  package var code: Code {
    switch self {
    case .replayed: .replayed
    case .otherVersion: .otherVersion
    case .otherBytes: .otherBytes
    case .inFlight: .inFlight
    case .alreadySent: .alreadySent
    case .ended: .ended
    case .frozen: .frozen
    case .reserved: .reserved
    case .packageTaken: .packageTaken
    case .unavailable: .unavailable
    }
  }

  /// One sentence for the person who published.
  package var explanation: String {
    switch self {
    case .replayed: "this token was used before; ask the CI system for a new one"
    case .otherVersion: "this token has already been used for another version of this package"
    case .otherBytes: "this token has already sent a file of this name with other contents"
    case .inFlight: "an upload of this file is running at this moment; try again"
    case .alreadySent: "this token has already sent a file of this name"
    case .ended: "this upload token has ended; get a new one"
    case .frozen: "publishing is frozen by the operator"
    case .reserved: "a first publish for this publisher or of this package is under way; try again"
    case .packageTaken(let publisher):
      "the package was first published by the publisher \(publisher); a publisher that may publish it too needs its immutable ids in the configuration"
    case .unavailable: "the state store can't be used at this moment; try again"
    }
  }
}
