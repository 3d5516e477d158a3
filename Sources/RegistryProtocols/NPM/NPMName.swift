import StrictParsers

/// A package's name, `name` or `@scope/name`, equal to another but for case: npm has taken no capitals since 2015, and some registries keep names where
/// case says nothing.
struct NPMName: Hashable, Sendable {
  /// As npm bounds it.
  private static let longest = 214

  let written: ExactString
  let canonical: ExactString

  /// `nil` if the text is not a name.
  init?(_ written: ExactString) {
    guard Self.isName(written, allowing: { _ in false }) else { return nil }
    self.written = written
    canonical = ASCII.lowercased(written)
  }

  /// A pattern of names with `*` for any characters, spelt as canonical names are; `nil` if no name can match it.
  static func canonicalPattern(_ written: ExactString) -> ExactString? {
    if written.utf8.allSatisfy({ $0 == UInt8(ascii: "*") }), !written.isEmpty { return written }
    return isName(written, allowing: { $0 == UInt8(ascii: "*") }) ? ASCII.lowercased(written) : nil
  }

  /// What follows the scope, if there is one.
  var unscoped: ExactString {
    ExactString(written.text.split(separator: "/").last ?? "")
  }

  /// As one segment of a path, as npm writes it.
  var segment: ExactString { ExactString(written.text.replacing("/", with: "%2f")) }

  private static func isName(_ text: ExactString, allowing isAllowed: (UInt8) -> Bool) -> Bool {
    guard text.utf8.count <= longest else { return false }
    guard text.utf8.first == UInt8(ascii: "@") else { return isPart(text.utf8[...], allowing: isAllowed) }
    let halves = text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return halves.count == 2 && halves.allSatisfy { isPart($0, allowing: isAllowed) }
  }

  private static func isPart(_ text: Substring.UTF8View, allowing isAllowed: (UInt8) -> Bool) -> Bool {
    guard let first = text.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-") || text.count > 1 else { return false }
    return text.allSatisfy { ASCII.isAlphanumeric($0) || "-_.~".utf8.contains($0) || isAllowed($0) }
  }
}
