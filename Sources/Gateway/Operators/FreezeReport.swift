import Observability
import PublisherPolicy
import StateStore
package import StrictParsers
import TokenVerification

/// A freeze as an operator is shown it.
package struct FreezeReport: Sendable {
  let freeze: Freeze

  package var text: String {
    "\(freeze.scope.words), since \(freeze.since.moment): \(Printable.sentence(ExactString(freeze.why)))"
  }

  package var json: JSONObject {
    JSONObject {
      switch freeze.scope {
      case .everything: break
      case .registry(let name): $0.add("registry", name.description)
      case .publisher(let id): $0.add("publisher", id.description)
      }
      $0.add("why", freeze.why)
      $0.add("since", "\(freeze.since.moment)")
    }
  }
}
