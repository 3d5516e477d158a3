import Configuration
import Observability
import PublisherPolicy
package import StrictParsers
import TokenVerification

extension Explanation {
  package var json: JSONObject {
    JSONObject {
      $0.add("decision", decision.rawValue)
      $0.add("reason", reason)
      $0.add("detail", sentence)
      $0.add("publisher", publisher?.description)
      $0.add("registry", registry.description)
      $0.add("source", source.rawValue)
      if let issuer {
        $0.add("issuer") {
          $0.add("name", issuer.name.description)
          $0.add("provider", issuer.provider)
          $0.add("url", issuer.url.text)
        }
      }
      $0.add("signature", steps.first { $0.name == .signature }?.holds)
      $0.add("claims", claims.map(\.json))
      $0.add("unaccounted_claims", unaccounted.map { .string($0) })
      if let target {
        $0.add("upload") {
          $0.add("package", target.package.canonical.text)
          $0.add("version", target.version?.written.text)
          if !target.file.isEmpty { $0.add("file", target.file.text) }
        }
      }
      $0.add("package_exists", packageExists)
      $0.add("steps", steps.map(\.json))
      $0.add("publishers", publishers.map(\.json))
      if let record { $0.add("recorded", record.json) }
    }
  }
}

extension Explanation.Step {
  fileprivate var json: JSONValue {
    .members {
      $0.add("name", name.rawValue)
      $0.add("holds", holds)
      $0.add("detail", detail)
    }
  }
}

extension ExplainedClaim {
  fileprivate var json: JSONValue {
    .members {
      $0.add("name", claim.rawValue)
      $0.add("expected", expected.words)
      $0.add("got", got ?? .null)
      $0.add("holds", holds)
    }
  }
}

extension ExplainedPublisher {
  fileprivate var json: JSONValue {
    .members {
      $0.add("id", id.description)
      $0.add("conditions", conditions.map(\.json))
      $0.add("ids", memory.json)
      $0.add("may_publish", packages.map { .string($0) })
      $0.add("allows_package", allowsPackage)
      $0.add("create", creation.rawValue)
      $0.add("allows_creation", allowsCreation)
      if let expires {
        $0.add("expires", expires.day)
        $0.add("expired", isExpired)
      }
    }
  }
}

extension ExplainedPublisher.ExplainedCondition {
  fileprivate var json: JSONValue {
    .members {
      $0.add("key", key.text)
      $0.add("expected", expected)
      if let references { $0.add("references", references.map { .string($0) }) }
      $0.add("got", got.map { .string($0) } ?? .null)
      $0.add("holds", holds)
    }
  }
}

extension ExplainedPublisher.Memory {
  fileprivate var json: JSONValue {
    .members {
      $0.add("state", name)
      $0.add("holds", holds)
      switch self {
      case .configured, .names: break
      case .pending(let got), .unknown(let got): $0.add("got", got.json)
      case .learnt(let learnt):
        $0.add("learnt", learnt.json)
        $0.add("got", learnt.json)
      case .changed(let learnt, let got):
        $0.add("learnt", learnt.json)
        $0.add("got", got.json)
      case .missing(let claim): $0.add("claim", claim.text)
      }
    }
  }

  private var name: String {
    switch self {
    case .configured: "configured"
    case .names: "names"
    case .pending: "pending"
    case .learnt: "learnt"
    case .changed: "changed"
    case .missing: "missing"
    case .unknown: "unknown"
    }
  }
}

extension ImmutableIDs {
  fileprivate var json: JSONValue { .object(JSONObject(ids.map { .init($0.name, .string($0.value)) })) }
}

extension Explanation.Recorded {
  fileprivate var json: JSONValue {
    .members {
      $0.add("time", record.time?.text)
      $0.add("granted", record.granted)
      $0.add("outcome", record.outcome?.text)
      $0.add("reason", record.reason?.text)
      $0.add("detail", record.detail?.text)
      $0.add("publisher", record.publisher?.text)
      $0.add("config_digest", record.configuration?.text)
      $0.add("same_configuration", hasSameConfiguration)
    }
  }
}
