package import PublisherPolicy
package import StrictParsers

/// A read by which a registry is asked, in its own protocol, whether it has a package or a file, and what its answer means.
package struct ExistenceProbe: Sendable {
  /// What is asked about.
  package enum Subject: Hashable, Sendable { case package, file }

  /// What of an answer says something.
  package struct Answer: Sendable {
    package let status: Int
    /// As it was sent; `nil` if there is none, or more than one.
    package let location: ExactString?
    /// Whom the question was for: `host[:port]`.
    package let authority: String
    package let body: [UInt8]

    package init(status: Int, location: ExactString?, authority: String, body: [UInt8]) {
      self.status = status
      self.location = location
      self.authority = authority
      self.body = body
    }
  }

  /// What an answer says.
  package enum Reading: Sendable {
    case means(Existence)
    /// Where to ask next: alone it says nothing.
    case asks(ExistenceProbe)
  }

  /// So many questions may follow from one.
  private static let mostQuestions = 64
  /// What a page with very many files takes.
  package static let largestPage = 16 << 20

  package let method: HTTPMethod
  /// Below the registry's own path.
  package let path: ExactString
  /// The longest body, in bytes, that is read of an answer to a GET; a longer one says nothing. 0 if the status alone decides.
  package let bodyLimit: Int
  package let reading: @Sendable (Answer) -> Reading

  package init(
    _ method: HTTPMethod, _ path: ExactString, bodyLimit: Int = ExistenceProbe.largestPage,
    reading: @escaping @Sendable (Answer) -> Reading
  ) {
    self.method = method
    self.path = path
    self.bodyLimit = bodyLimit
    self.reading = reading
  }

  package init(
    _ method: HTTPMethod, _ path: ExactString, bodyLimit: Int = ExistenceProbe.largestPage,
    meaning: @escaping @Sendable (Answer) -> Existence
  ) {
    self.init(method, path, bodyLimit: bodyLimit, reading: { .means(meaning($0)) })
  }

  /// Asks by a GET, which servers have that know no HEAD. The status says whether it is there, and no body is read, however large it is.
  package init(byStatusOf path: ExactString) { self.init(.get, path, bodyLimit: 0) { Existence(ofStatus: $0.status) } }

  /// What the answers to this question say, and to those that follow from it. `unknown` if these are too many.
  ///
  /// - Parameters:
  ///   - mayAsk: Whether there is time for another one.
  ///   - ask: Asks one.
  package func existence<Failure: Error>(
    while mayAsk: () -> Bool = { true }, asking ask: (ExistenceProbe) async throws(Failure) -> Reading
  ) async throws(Failure) -> Existence {
    var probe = self
    for _ in 0..<Self.mostQuestions where mayAsk() {
      switch try await ask(probe) {
      case .means(let existence): return existence
      case .asks(let next): probe = next
      }
    }
    return .unknown
  }
}

extension Existence {
  /// What a status alone says of a resource. Anything but a clear word means nothing.
  package init(ofStatus status: Int) {
    switch status {
    case 200..<300: self = .exists
    case 404, 410: self = .absent
    default: self = .unknown
    }
  }

  /// Of one thing that may be in either of two places.
  package static func || (left: Existence, right: Existence) -> Existence {
    switch (left, right) {
    case (.exists, _), (_, .exists): .exists
    case (.existsAs(let name), _), (_, .existsAs(let name)): .existsAs(name)
    case (.absent, .absent): .absent
    case (.unknown, _), (_, .unknown): .unknown
    }
  }
}
