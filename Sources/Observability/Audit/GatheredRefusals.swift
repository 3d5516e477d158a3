import StrictParsers

/// Requests of one source that ended alike before it had proven who it is, and share a record since they were many.
package struct GatheredRefusals: Hashable, Sendable {
  let source: RefusalSource
  let outcome: AuditOutcome.Name
  let first: Timestamp
  private(set) var last: Timestamp
  private(set) var count: Int64 = 0
  private(set) var reasons: [ReasonCode: Int64] = [:]

  init(of source: RefusalSource, _ outcome: AuditOutcome.Name, from first: Timestamp) {
    self.source = source
    self.outcome = outcome
    self.first = first
    last = first
  }

  mutating func add(_ reason: ReasonCode, at time: Timestamp) {
    last = max(last, time)
    count += 1
    reasons[reason, default: 0] += 1
  }

  /// The record's line, with its line feed.
  func line(at time: Timestamp) -> [UInt8] {
    var line = JSONLine()
    line.member("time", time)
    line.member("level", "notice")
    line.member("event", "refusals")
    line.member("granted", false)
    line.member("outcome", outcome.rawValue)
    line.member("count", count)
    line.member("first", first)
    line.member("last", last)
    let counts = reasons.sorted { $0.key.description < $1.key.description }.map { reason, count in
      JSONObject.Member(ExactString(reason.description), .integer(count))
    }
    line.member("reasons", .object(JSONObject(counts)))
    line.member("client.address", source.text)
    return line.finish()
  }
}
