import StrictParsers

/// Finds the publishers that write a repository out. It takes sixteen bytes for each, and may find others, too: what it finds is judged anyway.
struct RepositoryIndex: Sendable {
  private struct Entry {
    let hash: Int
    let publisher: Int32
  }

  /// By their hashes, and by the order of the configuration where those are the same.
  private let entries: [Entry]

  init(_ publishers: [Publisher]) {
    var entries: [Entry] = []
    entries.reserveCapacity(publishers.count)
    for (number, publisher) in publishers.enumerated() {
      let hashes = publisher.repositories.map { Self.hash(publisher.issuer, $0) }
      for hash in hashes.count > 1 ? Array(Set(hashes)) : hashes { entries.append(Entry(hash: hash, publisher: Int32(number))) }
    }
    entries.sort { ($0.hash, $0.publisher) < ($1.hash, $1.publisher) }
    self.entries = entries
  }

  /// Whatever the case of the repository's name.
  func publishers(of issuer: IssuerName, _ repository: ExactString) -> [Int] {
    let hash = Self.hash(issuer, repository)
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].hash < hash { low = middle + 1 } else { high = middle }
    }
    return entries[low...].prefix { $0.hash == hash }.map { Int($0.publisher) }
  }

  private static func hash(_ issuer: IssuerName, _ repository: ExactString) -> Int {
    var hasher = Hasher()
    hasher.combine(issuer)
    hasher.combine(ASCII.lowercased(repository))
    return hasher.finalize()
  }
}
