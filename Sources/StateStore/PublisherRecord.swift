package import PublisherPolicy
package import StrictParsers
package import TokenVerification

/// What is remembered of a publisher since the registry first took an upload of it.
package struct PublisherRecord: Hashable, Sendable {
  package struct Use: Hashable, Sendable {
    package let time: UnixTime
    /// Where people find the run.
    package let run: ExactString?

    package init(time: UnixTime, run: ExactString?) {
      self.time = time
      self.run = run
    }
  }

  package let key: PublisherKey
  /// `nil` if the configuration holds them.
  package let ids: ImmutableIDs?
  /// When the ids were learnt, too.
  package let first: Use
  /// To the minute, where one run uploads many files.
  package let last: Use

  package init(key: PublisherKey, ids: ImmutableIDs?, first: Use, last: Use) {
    self.key = key
    self.ids = ids
    self.first = first
    self.last = last
  }
}
