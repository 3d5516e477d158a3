import StrictParsers
import TestSupport
import Testing

@Suite("Answers of llhttp's own tests") struct HTTPResponseVectorTests {
  /// What is refused that llhttp takes, and why. The rows that llhttp takes only in a lenient mode are not listed.
  private static let stricter: [String: HTTPRefusal] = [
    // We never ask for another protocol.
    "connection/010": .unrequestedUpgrade, "connection/011": .unrequestedUpgrade,
    // Bytes that belong to no answer: line ends or a body where none may be.
    "connection/015": .malformedVersion, "connection/017": .malformedVersion, "pipelining/001": .malformedVersion,
    "sample/006": .malformedVersion,
    "sample/019": .malformedVersion,
    // RTSP, ICE and HTTP/0.9.
    "sample/002": .malformedVersion, "sample/003": .malformedVersion, "sample/017": .unsupportedVersion,
    // Anything but `chunked`, alone.
    "transfer-encoding/002": .unknownTransferEncoding, "transfer-encoding/003": .repeatedTransferEncoding,
    "transfer-encoding/004": .unknownTransferEncoding, "transfer-encoding/010": .foldedField,
    // A quoted string in an extension, and a tab behind a length.
    "transfer-encoding/008": .malformedChunkExtension, "content-length/004": .malformedContentLength,
  ]

  @Test("are refused where llhttp refuses them, and are otherwise read, in one piece and byte by byte") func followReference() throws {
    guard let rows = try VectorFile.rows("attacks/http_responses.jsonl") else { return }
    var stricter: [String: HTTPRefusal] = [:]
    var refused = 0
    for row in rows {
      let id = try #require(row["id"]?.string).text.replacing("unit/llhttp/response/", with: "")
      let theirs = try #require(row["theirs"]?.string).text
      let isLenient = try #require(row["note"]?.string).text.contains("(lenient)")
      for step in try #require(row["steps"]?.array) {
        let bytes = try Base64.decode(Array(try #require(step.object?["raw"]?.string).utf8))
        let outcome = read(bytes, pieces: bytes.count)
        #expect(outcome == read(bytes, pieces: 1), "\(id)")
        // Their codes 5 and 22 are not about the grammar: more bytes than the answer had, and a stop for the upgrade.
        if theirs.hasPrefix("error"), !theirs.contains("code=5 "), !theirs.contains("code=22 ") {
          #expect(outcome.refusal != nil, "\(id)")
          refused += 1
        } else if !isLenient, let refusal = outcome.refusal {
          stricter[id] = refusal
        }
      }
    }
    #expect(stricter == Self.stricter)
    print("counted: http_responses.jsonl: \(rows.count) rows, \(refused) refused by both, \(stricter.count) by us alone")
    #expect(rows.count >= 84 && refused >= 22)
  }

  private struct Outcome: Equatable {
    var statuses: [Int] = []
    var bodies: [[UInt8]] = []
    var refusal: HTTPRefusal?
  }

  /// Reads answer after answer, as to requests in a row, until the bytes end.
  private func read(_ bytes: [UInt8], pieces: Int) -> Outcome {
    var outcome = Outcome()
    var parser = ResponseHeadParser(answering: .get)
    var body: BodyReader?
    var isOver = false
    do throws(HTTPRefusal) {
      for start in stride(from: 0, to: bytes.count, by: pieces) {
        let piece = Array(bytes[start..<min(start + pieces, bytes.count)])
        var index = 0
        while index < piece.count, !isOver || body != nil {
          if var reader = body {
            switch try reader.next(in: piece.span, at: &index) {
            case .data(let range): outcome.bodies[outcome.bodies.count - 1] += piece[range]
            case .needMore, .end: break
            }
            body = reader.isComplete ? nil : reader
          } else {
            switch try parser.feed(piece.span.extracting(index..<piece.count)) {
            case .needMore: index = piece.count
            case .head(let head, let consumed):
              index += consumed
              outcome.statuses.append(head.status)
              outcome.bodies.append([])
              isOver = !head.isInterim && !head.mayBeReused
              let reader = BodyReader(head.framing)
              body = reader.isComplete ? nil : reader
            }
          }
        }
      }
    } catch {
      outcome.refusal = error
    }
    return outcome
  }
}
