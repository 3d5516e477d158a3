package import StrictParsers
package import TokenVerification

/// Why no publisher of the configuration is meant by a token.
package enum PublisherRefusal: Error, Hashable, Sendable {
  /// A claim that every token of this provider has is missing, or is neither a string nor an integer.
  ///
  /// `mend`: what the job or the operator can do, where the provider's tokens have the claim only if the job asks for it.
  case missingClaim(ExactString, mend: String? = nil)
  /// The issuer that made the token is no longer the one that is configured under its name.
  case issuerReplaced
  /// No publisher of the issuer names the token's repository.
  case noPublisher(repository: ExactString?)
  /// The publisher that comes closest, and what of it does not hold.
  case claimMismatch(NearMiss)
  /// Everything holds but that the token is of a run of a stranger's code.
  case forbiddenEvent(NearMiss)
  case expired(PublisherID, at: UnixTime)
  /// Everything holds but that the repository is another one than the one that published before under its name.
  case identityChanged(PublisherKey, learnt: ImmutableIDs, got: ImmutableIDs)
  /// Publishers are meant by the token, but none of them may publish to this registry.
  case otherRegistry(PublisherID)

  package enum Code: String, CaseIterable, Sendable {
    case missingClaim = "publisher.missing-claim"
    case issuerReplaced = "publisher.issuer-replaced"
    case noPublisher = "publisher.no-publisher"
    case claimMismatch = "publisher.claim-mismatch"
    case forbiddenEvent = "publisher.forbidden-event"
    case expired = "publisher.expired"
    case identityChanged = "publisher.identity-changed"
    case otherRegistry = "publisher.other-registry"
  }

  package var code: Code {
    switch self {
    case .missingClaim: .missingClaim
    case .issuerReplaced: .issuerReplaced
    case .noPublisher: .noPublisher
    case .claimMismatch: .claimMismatch
    case .forbiddenEvent: .forbiddenEvent
    case .expired: .expired
    case .identityChanged: .identityChanged
    case .otherRegistry: .otherRegistry
    }
  }

  /// Who reads a sentence: the client may not learn what the configuration expects until the token has shown that it is of that owner.
  package enum Reader: Sendable { case client, record }

  package func sentence(for reader: Reader) -> String {
    switch self {
    case .missingClaim(let name, let mend): "the token has no usable claim \(name)" + (mend.map { ": \($0)" } ?? "")
    case .issuerReplaced: "the issuer of this token is no longer trusted; get a token of the one that is configured now"
    case .noPublisher(let repository?): "no publisher is configured for \(Printable.value(repository))"
    case .noPublisher(nil): "no publisher is configured for the token's repository"
    case .claimMismatch(let miss): miss.sentence(for: reader)
    case .forbiddenEvent(let miss): miss.sentence(for: reader)
    case .expired(let id, let time): "the publisher \(id) has expired: it was valid until \(time)"
    case .identityChanged(let key, let learnt, let got):
      switch reader {
      case .client: "\(Printable.value(key.repository)) is not the repository that published here before (publisher \(key.publisher))"
      case .record: "\(Printable.value(key.repository)): expected \(learnt.words), got \(got.words) (publisher \(key.publisher))"
      }
    case .otherRegistry(let id): "the publisher \(id) may not publish to this registry"
    }
  }
}

/// A publisher that a token could have meant, and each condition that failed.
package struct NearMiss: Hashable, Sendable {
  package struct Failure: Hashable, Sendable {
    package let key: ExactString
    package let expected: String
    /// What the token says; `nil` if it says nothing that could be compared.
    package let got: ExactString?
    /// Whether a tag is expected, and `got` is the ref of the run, of whatever kind.
    package var isOfRef = false

    /// - Parameter tellsExpected: Whether the reader may learn what the configuration holds.
    func words(tellsExpected: Bool) -> String {
      let got = got.map { isOfRef ? Printable.word($0) : Printable.value($0) } ?? "nothing"
      guard tellsExpected else { return "\(key): \(got) is not what is configured" }
      guard isOfRef else { return "\(key): expected \(expected), got \(got)" }
      return "expected tag \(expected), this run is on \(self.got == nil ? "no ref" : got)"
    }
  }

  package let publisher: PublisherID
  package let failures: [Failure]
  /// Whether the token has shown an immutable id of this publisher, so that its owner may read what is expected.
  package let isOwner: Bool
  /// Ids of this publisher that the token has, although it names another repository; none where that is not so.
  package let moved: [ExactString]

  init(publisher: PublisherID, failures: [Failure], isOwner: Bool, moved: [ExactString] = []) {
    self.publisher = publisher
    self.failures = failures
    self.isOwner = isOwner
    self.moved = moved
  }

  func sentence(for reader: PublisherRefusal.Reader) -> String {
    let tellsExpected =
      switch reader {
      case .client: isOwner
      case .record: true
      }
    let causes = failures.map { $0.words(tellsExpected: tellsExpected) }
    return (causes + movedWords).joined(separator: "; ") + " (publisher \(publisher))"
  }

  private var movedWords: [String] {
    guard let last = moved.last else { return [] }
    let names = moved.dropLast().map(\.text).joined(separator: ", ") + (moved.count > 1 ? " and " : "") + last.text
    let words = moved.count > 1 ? "are those" : "is that"
    return ["\(names) \(words) of this publisher: the repository was renamed or moved, update the configuration"]
  }
}

/// Why a publisher that is meant by a token may not publish this.
package enum PackageRefusal: Error, Hashable, Sendable {
  case packageNotAllowed(package: ExactString, PublisherID, patterns: [ExactString])
  /// The registry does not have the package, and the publisher may not create it.
  case creationNotAllowed(package: ExactString, PublisherID)
  /// The publisher may not create packages, and nobody could say whether there is this one.
  case existenceUnknown(package: ExactString)
  /// The registry has the package, or the version of it, under another spelling of its name, and could take this one for another package.
  case otherSpelling(package: ExactString, registered: ExactString)
  /// The registry has the file, and nothing may be overwritten.
  case fileExists(file: ExactString)
  /// The upload token was asked for to publish another package.
  case otherPackage(package: ExactString, tokenIsFor: ExactString)

  package enum Code: String, CaseIterable, Sendable {
    case packageNotAllowed = "scope.package-not-allowed"
    case creationNotAllowed = "scope.creation-not-allowed"
    case existenceUnknown = "scope.existence-unknown"
    case otherSpelling = "scope.other-spelling"
    case fileExists = "scope.file-exists"
    case otherPackage = "scope.other-package"
  }

  package var code: Code {
    switch self {
    case .packageNotAllowed: .packageNotAllowed
    case .creationNotAllowed: .creationNotAllowed
    case .existenceUnknown: .existenceUnknown
    case .otherSpelling: .otherSpelling
    case .fileExists: .fileExists
    case .otherPackage: .otherPackage
    }
  }

  package func sentence(for reader: PublisherRefusal.Reader) -> String {
    switch self {
    case .packageNotAllowed(let package, let publisher, let patterns):
      let allowed = patterns.prefix(5).map(\.text).joined(separator: ", ") + (patterns.count > 5 ? ", ..." : "")
      return "the publisher \(publisher) may publish \(allowed), not \(Printable.value(package))"
    case .creationNotAllowed(let package, let publisher):
      return "the registry has no package \(Printable.value(package)), and the publisher \(publisher) may not create it"
    case .existenceUnknown(let package):
      return "whether the registry has the package \(Printable.value(package)) can't be said at this moment; try again"
    case .otherSpelling(let package, let registered):
      let (own, other) = (Printable.value(registered), Printable.value(package))
      return "the registry has the package as \(own), not as \(other); publish it under that name"
    // Clients that skip what is there look for these words.
    case .fileExists(let file): return "File already exists: the registry has \(Printable.value(file)), and nothing may be overwritten"
    case .otherPackage(let package, let other): return "this upload token is for \(Printable.value(other)), not \(Printable.value(package))"
    }
  }
}

extension PublisherRefusal {
  /// The publisher that comes closest to what the token says; `nil` if none does.
  package var nearest: PublisherID? {
    switch self {
    case .missingClaim, .issuerReplaced, .noPublisher: nil
    case .claimMismatch(let miss), .forbiddenEvent(let miss): miss.publisher
    case .expired(let id, _), .otherRegistry(let id): id
    case .identityChanged(let key, _, _): key.publisher
    }
  }
}

extension PackageRefusal {
  /// The publisher that is meant, and may not publish this; `nil` if it does not hang on one.
  package var nearest: PublisherID? {
    switch self {
    case .packageNotAllowed(_, let id, _), .creationNotAllowed(_, let id): id
    case .existenceUnknown, .otherSpelling, .fileExists, .otherPackage: nil
    }
  }
}

/// A value as people are shown it: in quotes, without what could pass for something else, and not too long.
package enum Printable {
  private static let longest = 200
  private static let longestSentence = 2000

  package static func value(_ text: ExactString) -> String { "\"\(shown(text, longest: longest) { $0 != "\"" && $0 != "\\" })\"" }

  /// A ref or its like: without quotes if it can be mistaken for nothing else.
  package static func word(_ text: ExactString) -> String {
    let isPlain = text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || "/._+-".utf8.contains($0) }
    return isPlain && !text.isEmpty && text.utf8.count <= longest ? text.text : value(text)
  }

  /// A sentence that holds quoted values itself.
  package static func sentence(_ text: ExactString) -> String { shown(text, longest: longestSentence) { _ in true } }

  private static func shown(_ text: ExactString, longest: Int, _ isPlain: (Unicode.Scalar) -> Bool) -> String {
    let shown = text.text.unicodeScalars.prefix(longest).map { scalar in
      (0x20...0x7e).contains(scalar.value) && isPlain(scalar) ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
    }
    return shown.joined() + (text.text.unicodeScalars.count > longest ? "..." : "")
  }
}
