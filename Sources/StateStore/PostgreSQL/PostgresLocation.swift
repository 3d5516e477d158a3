import CPostgreSQL
import StrictParsers

/// Where a PostgreSQL database is and how to get into it: a URL that may hold a password, and that is never printed.
package struct PostgresLocation: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  let url: String
  /// Whether nobody on the way can read or change what is sent, as far as the URL says: where it does not say how TLS is to be used, libpq goes on
  /// without it.
  package let isProtected: Bool

  /// `nil` if the bytes are no URL that libpq understands (its manual, section Connection URIs).
  package init?(url bytes: [UInt8]) {
    guard let text = ExactString(utf8: bytes), !bytes.contains(where: ASCII.isControl) else { return nil }
    guard ["postgres://", "postgresql://"].contains(where: { text.utf8.starts(with: $0.utf8) }) else { return nil }
    guard let options = PostgresOptions(text.text) else { return nil }
    url = text.text
    isProtected = options["sslmode"] != nil || options.hosts.allSatisfy(Self.isWithinMachine)
  }

  /// A path is a Unix socket's, and so is none at all.
  private static func isWithinMachine(_ host: String) -> Bool {
    host.isEmpty || host.utf8.first == UInt8(ascii: "/") || host.utf8.first == UInt8(ascii: "@")
      || ["localhost", "127.0.0.1", "::1"].contains(host)
  }

  package var description: String { "‹redacted›" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: [] as [Mirror.Child]) }
}

/// The options that a URL names, as libpq reads it.
private struct PostgresOptions {
  private var values: [String: String] = [:]

  /// `nil` if it is none.
  init?(_ url: String) {
    guard let options = unsafe PQconninfoParse(url, nil) else { return nil }
    defer { unsafe PQconninfoFree(options) }
    var next = unsafe options
    while let keyword = unsafe next.pointee.keyword {
      if let value = unsafe next.pointee.val { unsafe values[String(cString: keyword)] = String(cString: value) }
      unsafe next += 1
    }
  }

  subscript(_ keyword: String) -> String? { values[keyword] }

  /// The addresses to connect to, or names where there are none; a single empty one where the URL leaves it to libpq.
  var hosts: [String] {
    (values["hostaddr"] ?? values["host"] ?? "").split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
  }
}
