import Observability
package import PublisherPolicy
import StateStore
package import StrictParsers
import TokenVerification

/// A publisher as an operator is shown it: what it waits for or has learnt, and when and by which run it was used.
package struct PublisherReport: Sendable {
  package enum State: String, Sendable {
    /// It has never published, and learns whom it belongs to when it does.
    case pending
    case active
    /// Its entry is no longer in the configuration; what it learnt is kept.
    case gone
  }

  package let id: PublisherID
  package let state: State
  private let records: [PublisherRecord]
  /// What a use says that taught nothing.
  private let bond: String

  init(_ publisher: Publisher, _ records: [PublisherRecord], issuerURL: ExactString?) {
    id = publisher.id
    let isKnown = records.contains {
      $0.ids != nil && $0.key.issuerURL == issuerURL && publisher.repositories.contains($0.key.repository)
    }
    state = publisher.pinsOnFirstUse && !isKnown ? .pending : .active
    self.records = records
    bond = publisher.pin == .names ? "trusted by its names" : "ids as configured"
  }

  init(gone id: PublisherID, _ records: [PublisherRecord]) {
    self.id = id
    state = .gone
    self.records = records
    bond = "ids as configured"
  }

  /// For a terminal: a line for the publisher, and one for each repository that it was used by.
  package var text: String {
    let uses = records.map { record in
      let ids =
        record.ids.map { "learnt \($0.words) on \(record.first.time.moment)" }
        ?? "\(bond), first used on \(record.first.time.moment)"
      let run = record.last.run.map { " by \(Printable.value($0))" } ?? ""
      return "  \(record.key.repository) of \(record.key.issuerURL): \(ids); last used on \(record.last.time.moment)\(run)"
    }
    return (["\(id) \(state.rawValue)"] + uses).joined(separator: "\n")
  }

  package var json: JSONObject {
    JSONObject([
      .init("id", .string(ExactString(id.description))), .init("state", .string(ExactString(state.rawValue))),
      .init("uses", .array(records.map { .object($0.json) })),
    ])
  }
}

extension PublisherRecord {
  fileprivate var json: JSONObject {
    var members: [JSONObject.Member] = [.init("issuer", .string(key.issuerURL)), .init("repository", .string(key.repository))]
    if let ids { members.append(.init("learnt", .object(JSONObject(ids.ids.map { .init($0.name, .string($0.value)) })))) }
    members.append(.init("first", .object(first.json)))
    members.append(.init("last", .object(last.json)))
    return JSONObject(members)
  }
}

extension PublisherRecord.Use {
  fileprivate var json: JSONObject {
    var members: [JSONObject.Member] = [.init("time", .string(ExactString("\(time.moment)")))]
    if let run { members.append(.init("run", .string(run))) }
    return JSONObject(members)
  }
}
