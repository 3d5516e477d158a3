package import Digests
package import Observability
import PublisherPolicy
import RegistryProtocols
package import StrictParsers

/// Values that the suites about records, lines and numbers share.
package enum ObservabilitySample {
  /// 2026-11-22T13:00:00.123Z
  package static let time = Timestamp(milliseconds: 1_795_352_400_123)

  /// Gives the same numbers again and again.
  package struct Counter: RandomNumberGenerator {
    package var value: UInt64 = 0
    package init(value: UInt64 = 0) { self.value = value }
    package mutating func next() -> UInt64 {
      value &+= 1
      return value
    }
  }

  package static func requestID(_ start: UInt64 = 0) -> RequestID {
    var numbers = Counter(value: start)
    return RequestID(at: time, using: &numbers)
  }

  package static func digest(_ text: String) -> SHA256Digest { SHA256.digest(of: text.utf8) }

  package enum Code: String, CaseIterable { case claimMismatch = "publisher.claim-mismatch", odd = "odd.\"code\"\\\n" }

  /// Those of the full record.
  package static let claims = JSONObject([.init("environment", .string("release")), .init("run_attempt", .integer(1))])

  /// Every key of the record is there.
  package static var fullRecord: AuditRecord {
    var record = AuditRecord(.publish, requestID())
    record.granted = true
    record.registry = RegistryName("python")
    record.ecosystem = PyPIProtocol.ecosystem
    record.action = .upload
    record.target = PublishTarget(
      registry: RegistryName("python"), package: .init(canonical: "acme-widgets"), version: .init(written: "1.2.3.0", canonical: "1.2.3"),
      file: "acme_widgets-1.2.3-py3-none-any.whl")
    record.artifactDigest = digest("artifact")
    record.artifactSize = 10240
    record.publisher = PublisherID("widgets-release")
    record.publisherState = .active
    record.nearestPublisher = PublisherID("nearest")
    record.claims = RecordedClaims(claims)
    record.person = Operator(user: "root (sudo from alice)", host: "gw-1")
    record.token = .init(issuer: "https://issuer.example", jti: "id-1", hash: digest("token"))
    record.provenance = .init(
      repository: "acme/widgets", reference: "refs/tags/v1.2.3", revision: "0123abc", pipeline: "release.yml", runID: "42",
      runURL: "https://ci.example/acme/widgets/runs/42")
    record.credential = .oidc
    record.clientAddress = "192.0.2.1"
    record.userAgent = Array("twine/7.0.0".utf8)
    record.upstreamStatus = 200
    record.upstreamDuration = .microseconds(12_999)
    record.duration = .milliseconds(1500)
    record.bodySize = 11000
    record.configuration = digest("configuration")
    return record
  }
}
