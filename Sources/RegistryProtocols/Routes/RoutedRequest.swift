package import StrictParsers

/// A request's head, and its path below the public prefix of its registry.
package struct RoutedRequest: Sendable {
  package let head: RequestHead
  package let path: RoutedPath

  package init(_ head: RequestHead, _ path: RoutedPath) {
    self.head = head
    self.path = path
  }
}

/// A request's path below its registry's public prefix.
package struct RoutedPath: Sendable {
  /// As it stood in the request, beginning with `/`; empty where the prefix itself was asked for.
  package let raw: ExactString
  /// Decoded once; a trailing slash leaves an empty last segment.
  package let segments: [ExactString]
  /// What follows `?`, as it stood; `nil` if there is none.
  package let query: ExactString?

  package init(raw: ExactString, segments: [ExactString], query: ExactString?) {
    self.raw = raw
    self.segments = segments
    self.query = query
  }

  /// The path with its query, as it stood.
  package var target: ExactString { query.map { ExactString("\(raw)?\($0)") } ?? raw }

  /// The raw path up to its first `count` segments, without a slash behind them.
  func prefix(segments count: Int) -> ExactString {
    let parts = raw.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).prefix(count + 1)
    return ExactString(parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/"))
  }
}
