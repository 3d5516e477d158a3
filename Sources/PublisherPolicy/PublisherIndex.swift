import StrictParsers

/// Finds the publishers that a token could mean. It may find others, too: what it finds is judged anyway.
struct PublisherIndex: Sendable {
  private let numbers: NumbersByHash
  /// The claims by which an issuer's publishers are found.
  private let claims: [IssuerName: [ExactString]]
  /// Those that no value of a claim finds, so that every token could mean them.
  private let others: [IssuerName: [Int]]

  init(_ publishers: [Publisher]) {
    var found: [(hash: Int, number: Int32)] = []
    var claims: [IssuerName: [ExactString]] = [:]
    var others: [IssuerName: [Int]] = [:]
    found.reserveCapacity(publishers.count)
    for (number, publisher) in publishers.enumerated() {
      let claim = publisher.subject
      guard let values = publisher.values(of: claim) else {
        others[publisher.issuer, default: []].append(number)
        continue
      }
      if !(claims[publisher.issuer]?.contains(claim) ?? false) { claims[publisher.issuer, default: []].append(claim) }
      let hashes = values.map { Self.hash(publisher.issuer, claim, $0.text) }
      for hash in hashes.count > 1 ? Array(Set(hashes)) : hashes { found.append((hash, Int32(number))) }
    }
    numbers = NumbersByHash(found)
    self.claims = claims
    self.others = others
  }

  /// In the order of the configuration.
  func publishers(for identity: PublisherIdentity) -> [Int] {
    var found = others[identity.issuer] ?? []
    for claim in claims[identity.issuer] ?? [] {
      if let value = identity.claim(claim) { found += publishers(of: identity.issuer, claim, value) }
    }
    return found.count > 1 ? Set(found).sorted() : found
  }

  /// Those that this value of the claim finds, whatever its case.
  func publishers(of issuer: IssuerName, _ claim: ExactString, _ value: ExactString) -> [Int] {
    numbers[Self.hash(issuer, claim, value)]
  }

  private static func hash(_ issuer: IssuerName, _ claim: ExactString, _ value: ExactString) -> Int {
    var hasher = Hasher()
    hasher.combine(issuer)
    hasher.combine(claim)
    hasher.combine(ASCII.lowercased(value))
    return hasher.finalize()
  }
}
