/// The links of an archive as a tree of path segments. A lookup takes one step for each segment, however many links there are.
struct ArchiveLinks {
  private struct Edge: Hashable {
    let parent: Int
    let segment: ExactString
  }

  private static let root = 0

  private var nodes: [Edge: Int] = [:]
  private var links: Set<Int> = []
  /// Segments that were looked at so far.
  private(set) var steps = 0

  var count: Int { links.count }

  mutating func insert(_ name: ExactString) {
    var node = Self.root
    for segment in name.pathSegments {
      steps += 1
      let edge = Edge(parent: node, segment: segment)
      node = nodes[edge] ?? nodes.count + 1
      nodes[edge] = node
    }
    links.insert(node)
  }

  /// Whether a name is that of a link, or lies below one.
  mutating func cover(_ name: ExactString) -> Bool {
    guard !links.isEmpty else { return false }
    var node = Self.root
    for segment in name.pathSegments {
      steps += 1
      guard let next = nodes[Edge(parent: node, segment: segment)] else { return false }
      if links.contains(next) { return true }
      node = next
    }
    return false
  }
}

extension ExactString {
  /// What stands between slashes, one by one.
  fileprivate var pathSegments: some Sequence<ExactString> {
    sequence(state: utf8[...] as Substring.UTF8View?) { rest in
      guard let path = rest else { return nil }
      let segment = path.prefix { $0 != UInt8(ascii: "/") }
      rest = segment.endIndex == path.endIndex ? nil : path[segment.endIndex...].dropFirst()
      return ExactString(Substring(segment))
    }
  }
}
