package import StrictParsers

/// The stable code of a refusal or a failure, `stage.case` in kebab-case.
///
/// Only a closed enum can make one, which is why it may be the label of a metric.
package struct ReasonCode: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init<Code: RawRepresentable<String> & CaseIterable & Sendable>(_ code: Code) {
    description = code.rawValue
  }

  package init(_ refusal: HTTPRefusal) { description = "framing.\(refusal.reason)" }

  package init(_ refusal: RequestPathRefusal) { description = "route.\(refusal.reason)" }
}
