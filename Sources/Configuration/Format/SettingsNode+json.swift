import StrictParsers
import Yams

extension SettingsNode {
  /// The value as a token would hold it. What stands in quotes is a string, and so is what does not, unless it is `true`, `false`, `null` or a
  /// whole number as JSON writes it.
  func json() -> JSONValue? {
    switch node {
    case .scalar(let scalar): return json(scalar)
    case .sequence(let sequence):
      let elements = sequence.enumerated().map { child($0.element, String($0.offset)).json() }
      let values = elements.compactMap { $0 }
      return values.count == elements.count ? .array(values) : nil
    case .mapping: return object().map { .object($0) }
    case .alias:
      error("must be a value")
      return nil
    }
  }

  func object() -> JSONObject? {
    guard let entries = entries() else { return nil }
    let members = entries.compactMap { name, _, value in value.json().map { JSONObject.Member(ExactString(name), $0) } }
    return members.count == entries.count ? JSONObject(checking: members) : nil
  }

  private func json(_ scalar: Node.Scalar) -> JSONValue? {
    let text = scalar.string
    guard scalar.style == .plain || scalar.style == .any else { return .string(ExactString(text)) }
    switch text {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "null": return .null
    case "":
      error("is empty: an empty string stands in quotes")
      return nil
    default: break
    }
    guard let number = try? StrictJSON.parse(Array(text.utf8)) else { return .string(ExactString(text)) }
    switch number {
    case .integer: return number
    case .number where text.utf8.allSatisfy({ ASCII.isDigit($0) || $0 == UInt8(ascii: "-") }):
      error("is not a number that a claim could hold: a string stands in quotes")
      return nil
    case .number, .null, .bool, .string, .array, .object: return .string(ExactString(text))
    }
  }
}
