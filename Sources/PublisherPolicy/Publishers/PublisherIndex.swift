import StrictParsers

/// Finds the publishers that a token could mean. It may find others, too: what it finds is judged anyway.
struct PublisherIndex: Sendable {
  private let numbers: NumbersByHash
  /// The claims by which an issuer's publishers are found.
  private let claims: [IssuerName: [ExactString]]
  /// Those that no value of a claim finds, so that every token could mean them.
  private let others: [IssuerName: [Int]]
  /// The claim with the id of a repository, of issuers whose publishers demand it beside a name.
  private let ids: [IssuerName: ExactString]

  init(_ publishers: [Publisher]) {
    var found: [(hash: Int, number: Int32)] = []
    var claims: [IssuerName: [ExactString]] = [:]
    var others: [IssuerName: [Int]] = [:]
    var ids: [IssuerName: ExactString] = [:]
    found.reserveCapacity(publishers.count)
    for (number, publisher) in publishers.enumerated() {
      let claim = publisher.subject
      if let id = publisher.provider.immutableIDs.first, id != claim, let values = publisher.values(of: id) {
        ids[publisher.issuer] = id
        for hash in Self.hashes(publisher.issuer, id, values) { found.append((hash, Int32(number))) }
      }
      guard let values = publisher.values(of: claim) else {
        others[publisher.issuer, default: []].append(number)
        continue
      }
      if !(claims[publisher.issuer]?.contains(claim) ?? false) { claims[publisher.issuer, default: []].append(claim) }
      for hash in Self.hashes(publisher.issuer, claim, values) { found.append((hash, Int32(number))) }
    }
    numbers = NumbersByHash(found)
    self.claims = claims
    self.others = others
    self.ids = ids
  }

  /// In the order of the configuration.
  func publishers(for identity: PublisherIdentity) -> [Int] {
    var found = others[identity.issuer] ?? []
    for claim in claims[identity.issuer] ?? [] {
      if let value = identity.claim(claim) { found += publishers(of: identity.issuer, claim, value) }
    }
    return found.count > 1 ? Set(found).sorted() : found
  }

  /// Those whose repository, which they demand by its name, has the identity's id.
  func publishers(sharingIDOf identity: PublisherIdentity) -> [Int] {
    guard let id = ids[identity.issuer], let value = identity.claim(id) else { return [] }
    return publishers(of: identity.issuer, id, value)
  }

  /// Those that this value of the claim finds, whatever its case.
  func publishers(of issuer: IssuerName, _ claim: ExactString, _ value: ExactString) -> [Int] {
    numbers[Self.hash(issuer, claim, value)]
  }

  private static func hashes(_ issuer: IssuerName, _ claim: ExactString, _ values: TinyArray<ClaimPattern>) -> [Int] {
    let hashes = values.map { hash(issuer, claim, $0.text) }
    return hashes.count > 1 ? Array(Set(hashes)) : hashes
  }

  private static func hash(_ issuer: IssuerName, _ claim: ExactString, _ value: ExactString) -> Int {
    var hasher = Hasher()
    hasher.combine(issuer)
    hasher.combine(claim)
    hasher.combine(ASCII.lowercased(value))
    return hasher.finalize()
  }
}
