import Foundation
import StrictParsers
import TestSupport
import Testing

@Suite("Requests of public attack corpora") struct HTTPRequestVectorTests {
  /// One row, with the placeholders filled in.
  struct Row {
    let id: String
    let policy: String
    let mostRequests: Int
    let bytes: [UInt8]
  }

  static func rows() throws -> [Row]? {
    try VectorFile.rows("attacks/http_requests.jsonl")?.map { row in
      let template = try Base64.decode(Array(try #require(row["raw"]?.string).utf8))
      return Row(
        id: try #require(row["id"]?.string).text, policy: try #require(row["policy"]?.string).text,
        mostRequests: Int(try #require(row["nreq"]?.integer)), bytes: HTTPVectorTemplate.fill(template))
    }
  }

  /// The rows that we refuse although their policy lets them pass, and the refusal.
  static func deviations() throws -> [String: String] {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let text = try String(contentsOf: tests.appendingPathComponent("Vectors/http_requests.deviations"), encoding: .utf8)
    var deviations: [String: String] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      let columns = line.split(separator: " ")
      #expect(columns.count == 2 && deviations[String(columns[0])] == nil)
      deviations[String(columns[0])] = String(columns[1])
    }
    return deviations
  }

  @Test("are refused or read exactly as our policy says, in one piece and byte by byte") func followPolicy() throws {
    guard let rows = try Self.rows() else { return }
    let listed = try Self.deviations()
    var found: [String: String] = [:]
    var counts: [String: Int] = [:]
    for row in rows {
      var connection = try read(row.bytes, row.id)
      counts[row.policy, default: 0] += 1
      if connection.refusal == .unknownMethod, connection.requests.isEmpty, row.policy != "reject", row.policy != "incomplete" {
        // We know fewer methods than there are tokens. All else of the row is judged with one that we know.
        counts["unknown method", default: 0] += 1
        let rest = row.bytes[(row.bytes.firstIndex(of: UInt8(ascii: " ")) ?? 0)...]
        connection = try read(Array("PUT".utf8) + rest, row.id)
      }
      let complete = connection.complete.count
      switch row.policy {
      case "reject", "incomplete": #expect(complete == 0, "\(row.id)")
      case "reject_or_one": #expect(complete <= 1, "\(row.id)")
      case "one", "pipeline":
        #expect(complete <= row.mostRequests, "\(row.id)")
        if complete == 0 { found[row.id] = try #require(connection.refusal, "\(row.id)").reason }
        if row.policy == "one", complete == 1 { #expect(connection.refusal == nil, "\(row.id)") }
      default: Issue.record("\(row.id): \(row.policy)")
      }
    }
    #expect(found == listed)
    #expect(Double(listed.count) <= 0.01 * Double(rows.count))
    print("counted: http_requests.jsonl: \(rows.count) rows, \(counts), \(found.count) stricter than the policy")
    #expect(rows.count >= 5903)
    #expect(
      counts == ["reject": 5289, "one": 321, "reject_or_one": 104, "pipeline": 100, "incomplete": 89, "unknown method": 155])
  }

  /// The outcome, which must not depend on how the bytes arrive.
  private func read(_ bytes: [UInt8], _ id: String) throws -> HTTPSimulatedConnection {
    let whole = HTTPSimulatedConnection(bytes)
    for pieces in [1, 7] {
      let pieced = HTTPSimulatedConnection(bytes, pieces: pieces)
      #expect(whole.requests == pieced.requests && whole.refusal == pieced.refusal, "\(id)")
    }
    return whole
  }

  @Test("never show a request from inside another one's body") func hideSmuggledRequests() throws {
    guard let rows = try Self.rows() else { return }
    for row in rows where row.policy == "one" || row.policy == "reject_or_one" || row.policy == "reject" {
      let targets = HTTPSimulatedConnection(row.bytes).requests.map { String(decoding: $0.target, as: UTF8.self) }
      #expect(!targets.contains { $0.hasPrefix("/__smuggled__") }, "\(row.id)")
    }
  }
}
