package import PublisherPolicy
package import StrictParsers

/// How the real pipeline judges one token, step by step, without a registry hearing of it.
package struct Explanation: Sendable {
  package enum Decision: String, Sendable {
    case grant
    case refusal
    /// Nothing speaks against it so far, but not everything that decides is known.
    case undecided
  }

  /// One stage, in the order in which an upload passes them.
  package struct Step: Sendable {
    package let name: String
    package let holds: Bool
    package let detail: String
  }

  package let decision: Decision
  /// The stable code of a refusal.
  package let reason: String?
  /// One sentence for the operator.
  package let sentence: String
  package let registry: String?
  package let steps: [Step]
  /// Those that the token could mean, the one with the fewest failures first.
  package let publishers: [ExplainedPublisher]
}

extension Explanation {
  package var json: JSONObject {
    var members: [JSONObject.Member] = [.init("decision", .string(ExactString(decision.rawValue)))]
    if let reason { members.append(.init("reason", .string(ExactString(reason)))) }
    members.append(.init("detail", .string(ExactString(sentence))))
    if let registry { members.append(.init("registry", .string(ExactString(registry)))) }
    members.append(.init("steps", .array(steps.map { .object($0.json) })))
    members.append(.init("publishers", .array(publishers.map { .object($0.json) })))
    return JSONObject(members)
  }

  /// For a terminal.
  package var text: String {
    var lines = steps.map { "\($0.holds ? "yes" : "NO ")  \($0.name): \($0.detail)" }
    for publisher in publishers {
      lines.append("")
      lines.append("publisher \(publisher.id)")
      for condition in publisher.conditions {
        lines.append(
          "\(condition.holds ? "yes" : "NO ")  \(condition.key): expected \(condition.expected), got "
            + (condition.got.map(Shown.value) ?? "nothing"))
      }
      let packages = publisher.packages.map(\.text).joined(separator: ", ")
      lines.append("\(publisher.allowsPackage.map { $0 ? "yes" : "NO " } ?? " - ")  may publish \(packages)")
    }
    lines.append("")
    lines.append("\(decision.rawValue): \(sentence)" + (reason.map { " (\($0))" } ?? ""))
    return lines.joined(separator: "\n")
  }
}

extension Explanation.Step {
  fileprivate var json: JSONObject {
    JSONObject([.init("name", .string(ExactString(name))), .init("holds", .bool(holds)), .init("detail", .string(ExactString(detail)))])
  }
}

extension ExplainedPublisher {
  fileprivate var json: JSONObject {
    let conditions = conditions.map { condition in
      JSONValue.object(
        JSONObject([
          .init("key", .string(condition.key)), .init("expected", .string(ExactString(condition.expected))),
          .init("got", condition.got.map { .string($0) } ?? .null), .init("holds", .bool(condition.holds)),
        ]))
    }
    return JSONObject([
      .init("id", .string(ExactString(id.description))), .init("conditions", .array(conditions)),
      .init("may_publish", .array(packages.map { .string($0) })),
      .init("allows_package", allowsPackage.map { .bool($0) } ?? .null),
    ])
  }
}
