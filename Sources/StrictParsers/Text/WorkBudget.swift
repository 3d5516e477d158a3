/// Says whether work that a stranger's bytes cause may go on. It is asked after each piece of work of bounded size.
///
/// The parsers read no clock: their caller decides what is measured.
package struct WorkBudget: Sendable {
  private let isUsedUp: @Sendable () -> Bool

  package init(isUsedUp: @escaping @Sendable () -> Bool) { self.isUsedUp = isUsedUp }

  package var isSpent: Bool { isUsedUp() }
}
