package import StrictParsers

/// Every claim that one CI system puts into its tokens, and what it is good for. A claim that is in no table is reported: the system has changed.
package final class ClaimTable: Sendable {
  package enum Use: Sendable {
    /// A token without it is refused; it may stand in a condition.
    case required
    /// It may stand in a condition, and is kept for that.
    case optional
    /// A list of texts: a condition names what must be among them.
    case list
    /// Only the provider's own standing conditions look at it, and it is kept for those.
    case judged
    /// It says who or what it should not matter to: never kept.
    case ignored
  }

  private let uses: NameTable<Use>
  let required: [ExactString]
  private let openPrefixes: [ExactString]
  /// Whether there are claims that an installation's administrators make up: each may stand in a condition, and is kept where one does.
  let isOpen: Bool

  /// `openPrefixes` begin the names of claims that people make up themselves.
  init(
    required: [ExactString], optional: [ExactString] = [], lists: [ExactString] = [], judged: [ExactString] = [], ignored: [ExactString],
    openPrefixes: [ExactString] = [], isOpen: Bool = false
  ) {
    var uses: [ExactString: Use] = [:]
    for name in ignored + ["iss", "aud", "exp", "iat", "nbf"] { uses[name] = .ignored }
    for name in judged { uses[name] = .judged }
    for name in lists { uses[name] = .list }
    for name in optional { uses[name] = .optional }
    for name in required { uses[name] = .required }
    self.uses = NameTable(uses)
    self.required = uses.filter { $0.value == .required }.map(\.key).sorted()
    self.openPrefixes = openPrefixes
    self.isOpen = isOpen
  }

  /// Those that are written out.
  var names: [ExactString] { uses.entries.map(\.name) }

  package func use(of name: ExactString) -> Use? {
    if let use = uses[name] { return use }
    if openPrefixes.contains(where: { name.utf8.starts(with: $0.utf8) }) { return .ignored }
    return isOpen ? .optional : nil
  }

  /// Those that a condition may name.
  var conditionable: [ExactString] {
    let conditionable = uses.entries.filter { entry in
      switch entry.value {
      case .required, .optional, .list: true
      case .judged, .ignored: false
      }
    }
    return conditionable.map(\.name).sorted()
  }

  /// Whether an identity keeps it, beside those that conditions name where the table is open.
  func isKept(_ name: ExactString, comparing compared: Set<ExactString>) -> Bool {
    switch uses[name] {
    case .required, .optional, .list, .judged: true
    case .ignored: false
    case nil: compared.contains(name) && use(of: name) == .optional
    }
  }
}
