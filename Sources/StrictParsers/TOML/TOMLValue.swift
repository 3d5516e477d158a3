/// What stands under a key of a TOML document.
package enum TOMLValue: Hashable, Sendable {
  case string(ExactString)
  case bool(Bool)
  /// A number, a date or a time.
  case other
  /// In brackets, or made by headers in double brackets.
  case array
  case table

  package var string: ExactString? {
    guard case .string(let string) = self else { return nil }
    return string
  }
}
