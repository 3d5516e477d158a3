import PublisherPolicy
import RegistryProtocols
import StrictParsers

extension AuditRecord {
  private static let longestUserAgent = 1024
  /// Time, level, event and the request's name.
  private static let longestBeginning = 160

  /// The record's line, with its line feed.
  package func line(_ outcome: AuditOutcome, at time: Timestamp) -> [UInt8] {
    var line = JSONLine()
    line.member("time", time)
    line.member("level", outcome == .published && reservation == .part ? "info" : outcome.level)
    line.member("event", event.rawValue)
    line.member("request.id", requestID.description)
    line.member("granted", granted)
    if outcome.name != .completed { line.member("outcome", outcome.name.rawValue) }
    line.member("reason", outcome.reason?.description)
    line.member("detail", outcome.detail)
    writeFacts(to: &line)
    return line.finish()
  }

  /// What is known now, for the state store to keep while the upload is under way, so that its record is written even if this process is killed.
  package func note(at time: Timestamp) -> [UInt8] {
    var line = JSONLine()
    line.member("time", time)
    line.member("event", event.rawValue)
    line.member("request.id", requestID.description)
    line.member("granted", granted)
    writeFacts(to: &line)
    return line.finish()
  }

  /// The line of an upload that an earlier process began and did not end, from its note.
  package static func interruptedLine(note: [UInt8], at time: Timestamp) -> [UInt8] {
    let note = try? StrictJSON.parseObject(note)
    let began = note?["time"]?.string.map { ", which began at \($0)" } ?? ""
    var line = JSONLine()
    line.member("time", time)
    line.member("level", "error")
    line.member("event", note?["event"]?.string?.text ?? Event.publish.rawValue)
    for name in ["request.id", "granted"] as [ExactString] {
      if let value = note?[name] { line.member(named: name.text, value) }
    }
    line.member("outcome", AuditOutcome.Name.failed.rawValue)
    line.member("reason", InterruptionCode.interrupted.rawValue)
    line.member("detail", "the gateway ended during this upload\(began); the registry may have it")
    for member in note?.members ?? [] {
      switch member.name.text {
      case "time", "event", "request.id", "granted": continue
      default: line.member(named: member.name.text, member.value)
      }
    }
    return line.finish()
  }

  /// The request whose note this is; `nil` if it can't be read.
  static func requestID(ofNote note: [UInt8]) -> ExactString? { (try? StrictJSON.parseObject(note))?["request.id"]?.string }

  /// Of these requests those whose records are among the lines, and whether the registry took what they sent. A line that was cut off is no record.
  static func successes(of ids: Set<ExactString>, inLines lines: [UInt8]) -> [ExactString: Bool] {
    let key = Array("\"request.id\":\"".utf8)
    let successes = [AuditOutcome.Name.published, .reported].map { JSONValue.string(ExactString($0.rawValue)) }
    var found: [ExactString: Bool] = [:]
    for line in lines.split(separator: UInt8(ascii: "\n")) {
      // It is one of the first members; none before it holds what a stranger sent.
      guard let start = line.prefix(Self.longestBeginning).firstRange(of: key)?.upperBound,
        let id = ExactString(utf8: line[start...].prefix { $0 != UInt8(ascii: "\"") }), ids.contains(id),
        let record = try? StrictJSON.parseObject(Array(line))
      else { continue }
      found[id] = record["outcome"].map { successes.contains($0) } ?? false
    }
    return found
  }

  private func writeFacts(to line: inout JSONLine) {
    line.member("registry", registry?.description)
    line.member("protocol", ecosystem?.name)
    line.member("action", action?.name)
    line.member("package.name", target?.package.canonical)
    line.member("package.version", target?.version?.written)
    line.member("artifact.filename", target.flatMap { $0.file.isEmpty ? nil : $0.file })
    line.member("artifact.hash", artifactDigest)
    line.member("artifact.size", artifactSize)
    line.member("publisher.id", publisher?.description)
    line.member("publisher.state", publisherState?.rawValue)
    line.member("publisher.nearest", nearestPublisher?.description)
    line.member("oidc.issuer", token.issuer)
    line.member("oidc.jti", token.jti)
    line.member("oidc.token.sha256", token.hash, prefixed: false)
    line.append(encodedMembers: claims.members)
    line.member("vcs.repository.name", provenance.repository)
    line.member("vcs.ref.head.name", provenance.reference)
    line.member("vcs.ref.head.revision", provenance.revision)
    line.member("cicd.pipeline.name", provenance.pipeline)
    line.member("cicd.pipeline.run.id", provenance.runID)
    line.member("cicd.pipeline.run.url.full", provenance.runURL)
    line.member("credential", credential.rawValue)
    line.member("client.address", clientAddress)
    line.member(
      "user_agent.original", bytes: userAgent.map { Array($0.prefix(Self.longestUserAgent)) })
    line.member("upstream.status", upstreamStatus.map { Int64($0) })
    line.member("upstream.duration_ms", upstreamDuration)
    line.member("duration_ms", duration)
    line.member("http.request.body.size", bodySize)
    line.member("operator.user", person?.user)
    line.member("operator.host", person?.host)
    line.member("config.digest", configuration)
  }
}

/// The reason of the records that are written at the next start.
package enum InterruptionCode: String, CaseIterable, Sendable {
  case interrupted = "gateway.interrupted"
}
