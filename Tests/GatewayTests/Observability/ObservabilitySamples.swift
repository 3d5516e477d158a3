import Digests
import Foundation
import PublisherPolicy
import RegistryProtocols
import StrictParsers

@testable import Gateway

/// Values that the suites about records, lines and numbers share.
enum ObservabilitySample {
  /// 2026-11-22T13:00:00.123Z
  static let time = Timestamp(milliseconds: 1_795_352_400_123)

  /// Gives the same numbers again and again.
  struct Counter: RandomNumberGenerator {
    var value: UInt64 = 0
    mutating func next() -> UInt64 {
      value &+= 1
      return value
    }
  }

  static func requestID(_ start: UInt64 = 0) -> RequestID {
    var numbers = Counter(value: start)
    return RequestID(at: time, using: &numbers)
  }

  static func digest(_ text: String) -> SHA256Digest { SHA256.digest(of: text.utf8) }

  enum Code: String, CaseIterable { case claimMismatch = "publisher.claim-mismatch", odd = "odd.\"code\"\\\n" }

  /// Every key of the record is there.
  static var fullRecord: AuditRecord {
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
    record.claims = JSONObject([.init("environment", .string("release")), .init("run_attempt", .integer(1))])
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

/// A folder of its own for one test.
final class ObservabilityScratch {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "imprimatur-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func text(_ name: String) throws -> String { String(decoding: try Data(contentsOf: folder.appending(path: name)), as: UTF8.self) }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
