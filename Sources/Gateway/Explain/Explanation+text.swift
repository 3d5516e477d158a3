import Observability
import PublisherPolicy
import StrictParsers
import TokenVerification

extension Explanation {
  /// For a terminal: a line for each thing that was judged, which begins with what became of it.
  package var text: String {
    var page = Page()
    if let record { page.write(record) }
    for step in steps {
      page.write(step.holds, "\(step.name.rawValue): \(step.detail)")
      guard step.name == .claims else { continue }
      for claim in claims { page.write(claim) }
      if !unaccounted.isEmpty {
        page.write(nil, "not in the provider's table: \(unaccounted.map(Printable.value).joined(separator: ", "))", indentation: 1)
      }
    }
    for publisher in publishers { page.write(publisher) }
    page.blank()
    page.lines.append("\(decision.rawValue): \(sentence)" + (reason.map { " (\($0))" } ?? ""))
    return page.lines.joined(separator: "\n")
  }
}

private struct Page {
  var lines: [String] = []

  mutating func blank() { lines.append("") }

  mutating func write(_ holds: Bool?, _ words: String, indentation: Int = 0) {
    let mark = holds.map { $0 ? "yes" : "NO " } ?? " ? "
    lines.append(String(repeating: "     ", count: indentation) + "\(mark)  \(words)")
  }

  mutating func write(_ claim: ExplainedClaim) {
    // Nothing is expected of a claim that need not be there, and is not.
    if claim.got == nil, claim.holds == nil { return write(nil, "\(claim.claim.rawValue): not there, not judged", indentation: 1) }
    write(claim.holds, "\(claim.claim.rawValue): expected \(claim.expected.words), got \(claim.gotWords)", indentation: 1)
  }

  mutating func write(_ publisher: ExplainedPublisher) {
    blank()
    lines.append("publisher \(publisher.id)")
    for condition in publisher.conditions {
      let references = condition.references.map { references in
        references.isEmpty ? " (the upload has no version)" : " (\(references.map(Printable.value).joined(separator: " or ")))"
      }
      let got = condition.got.map(Printable.value) ?? (condition.holds == nil ? "unknown" : "nothing")
      write(condition.holds, "\(condition.key): expected \(condition.expected)\(references ?? ""), got \(got)")
    }
    write(publisher.memory.holds, "ids: \(publisher.memory.words)")
    write(publisher.allowsPackage, "may publish \(publisher.packages.map(\.text).joined(separator: ", "))")
    write(publisher.allowsCreation, "may create packages: \(publisher.creation.words)")
    if let expires = publisher.expires { write(!publisher.isExpired, "expires on \(expires.day)") }
  }

  mutating func write(_ recorded: Explanation.Recorded) {
    let record = recorded.record
    let end = [record.outcome, record.reason].compactMap { $0?.text }.joined(separator: ", ")
    let publisher = record.publisher.map { " to \(Printable.value($0))" } ?? ""
    lines.append(
      "recorded\(record.time.map { " at \(Printable.value($0))" } ?? ""): \(record.granted ? "granted\(publisher)" : "refused")"
        + (end.isEmpty ? "" : " (\(Printable.sentence(ExactString(end))))"))
    if let detail = record.detail { lines.append("  \(Printable.sentence(detail))") }
    let digest = record.configuration.map(Printable.sentence) ?? "none"
    switch recorded.hasSameConfiguration {
    case true?: lines.append("  by this configuration, \(digest)")
    case false?: lines.append("  by another configuration, \(digest)")
    case nil: lines.append("  by a configuration that the record does not name")
    }
    blank()
    lines.append("what can be said now:")
  }
}

extension ExplainedClaim {
  fileprivate var gotWords: String {
    switch got {
    case nil: "nothing"
    case .string(let text): Printable.value(text)
    case .integer(let number):
      switch claim {
      case .exp, .nbf, .iat: UnixTime(number).map { "\($0.moment)" } ?? "\(number)"
      case .iss, .sub, .aud, .jti: "\(number)"
      }
    case let value?: Printable.sentence(ExactString(String(decoding: value.encoded(), as: UTF8.self)))
    }
  }
}

extension ExplainedClaim.Expectation {
  /// For people.
  var words: String {
    switch self {
    case .text(let text): Printable.value(text)
    case .laterThan(let time, let lifetime): "later than \(time.moment), and at most \(lifetime) s after iat"
    case .notLaterThan(let time): "not later than \(time.moment)"
    case .someID: "an id"
    case .nothing: "nothing"
    }
  }
}

extension ExplainedPublisher.Memory {
  fileprivate var words: String {
    switch self {
    case .configured: "as configured"
    case .names: "none: names alone are trusted"
    case .pending(let ids): "pending; these would be learnt: \(ids.words)"
    case .learnt(let ids): "learnt, and the same: \(ids.words)"
    case .changed(let learnt, let got): "expected \(learnt.words), which were learnt, got \(got.words)"
    case .missing(let claim): "the token has no usable claim \(claim), which would be learnt"
    case .unknown(let ids): "whether any were learnt is unknown" + (ids.ids.isEmpty ? "" : "; got \(ids.words)")
    }
  }
}

extension PublisherDeclaration.Creation {
  fileprivate var words: String {
    switch self {
    case .named: "those written out in full"
    case .any: "any that it may publish"
    case .none: "none"
    }
  }
}

extension UnixTime {
  /// `2027-01-01`
  var day: String { String(moment.description.prefix(10)) }
}
