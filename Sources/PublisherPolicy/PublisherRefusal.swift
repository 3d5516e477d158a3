package import StrictParsers

/// Why no publisher of the configuration is meant by a token.
package enum PublisherRefusal: Error, Hashable, Sendable {
  /// A claim that every token of this provider has is missing, or is neither a string nor an integer.
  case missingClaim(ExactString)
  /// No publisher of the issuer names the token's repository.
  case noPublisher(repository: ExactString?)
  /// The publisher that comes closest, and what of it does not hold.
  case claimMismatch(NearMiss)
  /// Everything holds but that the event runs a stranger's code.
  case forbiddenEvent(NearMiss)
  case expired(PublisherID)
  /// Publishers are meant by the token, but none of them may publish to this registry.
  case otherRegistry(PublisherID)

  package enum Code: String, CaseIterable, Sendable {
    case missingClaim = "publisher.missing-claim"
    case noPublisher = "publisher.no-publisher"
    case claimMismatch = "publisher.claim-mismatch"
    case forbiddenEvent = "publisher.forbidden-event"
    case expired = "publisher.expired"
    case otherRegistry = "publisher.other-registry"
  }

  package var code: Code {
    switch self {
    case .missingClaim: .missingClaim
    case .noPublisher: .noPublisher
    case .claimMismatch: .claimMismatch
    case .forbiddenEvent: .forbiddenEvent
    case .expired: .expired
    case .otherRegistry: .otherRegistry
    }
  }

  /// Who reads a sentence: the client may not learn what the configuration expects until the token has shown that it is of that owner.
  package enum Reader: Sendable { case client, record }

  package func sentence(for reader: Reader) -> String {
    switch self {
    case .missingClaim(let name): "the token has no usable claim \(name)"
    case .noPublisher(let repository?): "no publisher is configured for \(Shown.value(repository))"
    case .noPublisher(nil): "no publisher is configured for the token's repository"
    case .claimMismatch(let miss): miss.sentence(for: reader)
    case .forbiddenEvent(let miss): miss.sentence(for: reader)
    case .expired(let id): "the publisher \(id) has expired"
    case .otherRegistry(let id): "the publisher \(id) may not publish to this registry"
    }
  }
}

/// A publisher that a token could have meant, and each condition that failed.
package struct NearMiss: Hashable, Sendable {
  package struct Failure: Hashable, Sendable {
    package let key: ExactString
    package let expected: String
    /// What the token says; nil where it says nothing that could be compared.
    package let got: ExactString?
  }

  package let publisher: PublisherID
  package let failures: [Failure]
  /// Whether the token has shown an immutable id of this publisher, so that its owner may read what is expected.
  package let isOwner: Bool

  func sentence(for reader: PublisherRefusal.Reader) -> String {
    let tellsExpected =
      switch reader {
      case .client: isOwner
      case .record: true
      }
    let causes = failures.map { failure in
      let got = failure.got.map(Shown.value) ?? "nothing"
      return tellsExpected ? "\(failure.key): expected \(failure.expected), got \(got)" : "\(failure.key): \(got) is not what is configured"
    }
    return causes.joined(separator: "; ") + " (publisher \(publisher))"
  }
}

/// Why a publisher that is meant by a token may not publish this.
package enum PackageRefusal: Error, Hashable, Sendable {
  case packageNotAllowed(package: ExactString, PublisherID, patterns: [ExactString])

  package enum Code: String, CaseIterable, Sendable {
    case packageNotAllowed = "scope.package-not-allowed"
  }

  package var code: Code {
    switch self {
    case .packageNotAllowed: .packageNotAllowed
    }
  }

  package func sentence(for reader: PublisherRefusal.Reader) -> String {
    switch self {
    case .packageNotAllowed(let package, let publisher, let patterns):
      let allowed = patterns.prefix(5).map(\.text).joined(separator: ", ") + (patterns.count > 5 ? ", ..." : "")
      return "the publisher \(publisher) may publish \(allowed), not \(Shown.value(package))"
    }
  }
}

/// A value as people are shown it: in quotes, without what could pass for something else, and not too long.
package enum Shown {
  private static let longest = 200

  package static func value(_ text: ExactString) -> String {
    let shown = text.text.unicodeScalars.prefix(longest).map { scalar in
      (0x20...0x7e).contains(scalar.value) && scalar != "\"" && scalar != "\\" ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
    }
    return "\"\(shown.joined())\(text.text.unicodeScalars.count > longest ? "..." : "")\""
  }
}
