/// JSON as RFC 8259 defines it and no wider: UTF-8 without a byte order mark, no repeated names (compared as bytes after unescaping),
/// no lone surrogates, nothing after the value, bounded depth. Two readers can't take two meanings from what it accepts.
package enum StrictJSON {
  package struct Limits: Hashable, Sendable {
    /// How many arrays and objects may be open at once.
    package var depth: Int
    /// How many values of all kinds there may be, since one of them takes far more memory than the two bytes that write it.
    package var values: Int
    /// The objects at these depths have no name twice; the outermost value is at depth 1. Below, what people write by hand may repeat names: of what
    /// stands there, nothing but its place may be asked.
    package var depthOfUniqueNames: Int
    /// Whether an escaped surrogate without its other half, which JavaScript writes, is read as U+FFFD. Otherwise it is refused.
    package var replacesLoneSurrogates: Bool

    package init(depth: Int = 32, values: Int = 1 << 17, depthOfUniqueNames: Int = .max, replacesLoneSurrogates: Bool = false) {
      self.depth = depth
      self.values = values
      self.depthOfUniqueNames = depthOfUniqueNames
      self.replacesLoneSurrogates = replacesLoneSurrogates
    }
  }

  /// The caller has bounded the number of bytes.
  /// - Parameter budget: asked at short intervals; `nil` if the number of bytes is small.
  package static func parse(
    _ bytes: some Collection<UInt8>, limits: Limits = Limits(), budget: WorkBudget? = nil
  ) throws(JSONError) -> JSONValue {
    let bytes = Array(bytes)
    return try parse(bytes.span, limits: limits, budget: budget)
  }

  /// The caller has bounded the number of bytes.
  /// - Parameter budget: asked at short intervals; `nil` if the number of bytes is small.
  package static func parse(
    _ bytes: Span<UInt8>, limits: Limits = Limits(), budget: WorkBudget? = nil
  ) throws(JSONError) -> JSONValue {
    var reader = JSONReader(limits: limits, budget: budget)
    return try reader.text(bytes)
  }

  /// A text whose value is an object, or `notAnObject`. The caller has bounded the number of bytes.
  package static func parseObject(
    _ bytes: some Collection<UInt8>, limits: Limits = Limits(), budget: WorkBudget? = nil
  ) throws(JSONError) -> JSONObject {
    let bytes = Array(bytes)
    return try parseObject(bytes.span, limits: limits, budget: budget)
  }

  /// A text whose value is an object, or `notAnObject`. The caller has bounded the number of bytes.
  package static func parseObject(
    _ bytes: Span<UInt8>, limits: Limits = Limits(), budget: WorkBudget? = nil
  ) throws(JSONError) -> JSONObject {
    guard case .object(let object) = try parse(bytes, limits: limits, budget: budget) else { throw JSONError(.notAnObject, at: 0) }
    return object
  }
}
