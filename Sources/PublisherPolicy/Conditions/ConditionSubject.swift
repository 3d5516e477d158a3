import StrictParsers

/// What a condition is called, and the claim that it compares.
///
/// All conditions of one key share its memory: a configuration may have a million publishers.
final class ConditionSubject: Sendable {
  /// In the configuration.
  let key: ExactString
  let claim: ExactString

  init(key: ExactString, claim: ExactString) {
    self.key = key
    self.claim = claim
  }
}

extension ConditionSubject: Hashable {
  static func == (left: ConditionSubject, right: ConditionSubject) -> Bool {
    left === right || left.key == right.key && left.claim == right.claim
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(key)
    hasher.combine(claim)
  }
}
