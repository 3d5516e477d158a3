package import StrictParsers

extension WorkBudget {
  /// For tests of what is read: no code that serves reads a stranger's bytes without a limit.
  package static var unlimited: WorkBudget { WorkBudget { false } }
}
