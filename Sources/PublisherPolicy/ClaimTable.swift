package import StrictParsers

/// Every claim that one CI system puts into its tokens, and what it is good for. A claim that is in no table is reported: the system has changed.
package struct ClaimTable: Sendable {
  package enum Use: Sendable {
    /// A token without it is refused; it may stand in a condition.
    case required
    /// It may stand in a condition, and is kept for that.
    case optional
    /// It says who or what it should not matter to: never kept.
    case ignored
  }

  private let uses: [ExactString: Use]
  private let openPrefixes: [ExactString]

  /// `openPrefixes` begin the names of claims that people make up themselves.
  init(required: [ExactString], optional: [ExactString], ignored: [ExactString], openPrefixes: [ExactString] = []) {
    var uses: [ExactString: Use] = [:]
    for name in ignored + ["iss", "aud", "exp", "iat", "nbf"] { uses[name] = .ignored }
    for name in optional { uses[name] = .optional }
    for name in required { uses[name] = .required }
    self.uses = uses
    self.openPrefixes = openPrefixes
  }

  package func use(of name: ExactString) -> Use? {
    if let use = uses[name] { return use }
    return openPrefixes.contains { name.utf8.starts(with: $0.utf8) } ? .ignored : nil
  }

  var required: [ExactString] { uses.filter { $0.value == .required }.map(\.key).sorted() }

  /// Those that a condition may name.
  var conditionable: [ExactString] { uses.filter { $0.value != .ignored }.map(\.key).sorted() }

  func isKept(_ name: ExactString) -> Bool {
    switch uses[name] {
    case .required, .optional: true
    case .ignored, nil: false
    }
  }
}
