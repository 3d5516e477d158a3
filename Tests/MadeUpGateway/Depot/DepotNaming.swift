import RegistryProtocols
import StrictParsers

/// `@area/crate`: both halves in any case, with `_` for `-`. A version is a number; a zero at its beginning says nothing.
struct DepotNaming: PackageNaming {
  func canonicalName(_ written: ExactString) -> ExactString? {
    let halves = written.text.split(separator: "/", omittingEmptySubsequences: false)
    guard halves.count == 2, halves[0].hasPrefix("@"), Self.isWord(halves[0].dropFirst()), Self.isWord(halves[1]) else { return nil }
    return Self.folded(written)
  }

  func canonicalPattern(_ written: ExactString) -> ExactString? {
    guard written.text.utf8.allSatisfy({ ASCII.isAlphanumeric($0) || "@/-_*".utf8.contains($0) }) else { return nil }
    return Self.folded(written)
  }

  func canonicalVersion(_ written: ExactString) -> ExactString? {
    UInt32(written.text).map { ExactString(String($0)) }
  }

  private static func isWord(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
  }

  private static func folded(_ text: ExactString) -> ExactString {
    ExactString(text.text.lowercased().replacing("_", with: "-"))
  }
}
