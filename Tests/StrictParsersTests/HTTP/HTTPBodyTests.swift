import StrictParsers
import Testing

@Suite("A body") struct HTTPBodyTests {
  private struct Outcome: Equatable {
    var data = ""
    var consumed = 0
    var isComplete = false
    var refusal: HTTPRefusal?
  }

  private func read(_ text: String, _ framing: BodyFraming, pieces: Int) -> Outcome {
    var outcome = Outcome()
    var reader = BodyReader(framing)
    let bytes = Array(text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
    do throws(HTTPRefusal) {
      var start = 0
      while start < bytes.count, !reader.isComplete {
        let piece = Array(bytes[start..<min(start + pieces, bytes.count)])
        var index = 0
        reading: while true {
          switch try reader.next(in: piece.span, at: &index) {
          case .data(let range): outcome.data += String(decoding: piece[range], as: UTF8.self)
          case .needMore, .end: break reading
          }
        }
        outcome.consumed += index
        start += piece.count
      }
      outcome.isComplete = reader.isComplete
    } catch {
      outcome.refusal = error
    }
    return outcome
  }

  @Test(
    "ends where its framing ends it, however its bytes arrive",
    arguments: [
      ("surplus", BodyFraming.none, "", 0, true), ("surplus", .length(0), "", 0, true), ("hello, surplus", .length(5), "hello", 5, true),
      ("hell", .length(5), "hell", 4, false), ("all of it", .untilClose, "all of it", 9, false),
      ("0\r\n\r\nsurplus", .chunked, "", 5, true), ("5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", .chunked, "hello world", 26, true),
      ("00005\r\nhello\r\n000\r\n\r\n", .chunked, "hello", 21, true),
      ("A;a;b=c\r\n0123456789\r\n0;z\r\n\r\n", .chunked, "0123456789", 28, true),
      ("1\r\na\r\n0\r\nX: y\r\nZ:\r\n\r\nGET", .chunked, "a", 21, true), ("5\r\nhello\r\n0\r\n\r", .chunked, "hello", 14, false),
    ])
  func ends(text: String, framing: BodyFraming, data: String, consumed: Int, isComplete: Bool) {
    for pieces in [1, 2, 3, text.utf8.count] {
      #expect(read(text, framing, pieces: pieces) == Outcome(data: data, consumed: consumed, isComplete: isComplete), "pieces of \(pieces)")
    }
  }

  @Test(
    "in chunks is refused where it is wrong",
    arguments: [
      ("\r\n", HTTPRefusal.malformedChunkSize), ("g\r\n", .malformedChunkSize), ("+1\r\n", .malformedChunkSize),
      ("-1\r\n", .malformedChunkSize),
      ("0x1\r\n", .malformedChunkSize), (" 1\r\n", .malformedChunkSize), ("1 \r\n", .malformedChunkSize),
      ("1\t;a\r\n", .malformedChunkSize),
      ("1\n", .bareLineFeed), ("1\rX", .bareCarriageReturn), (";a\r\n", .malformedChunkSize),
      ("00000000000000001\r\n", .malformedChunkSize), ("8000000000000000\r\n", .chunkTooLarge), ("ffffffffffffffff\r\n", .chunkTooLarge),
      ("1;\r\n", .malformedChunkExtension), ("1; a\r\n", .malformedChunkExtension), ("1;a=\r\n", .malformedChunkExtension),
      ("1;a=\"b\"\r\n", .malformedChunkExtension), ("1;a=b=c\r\n", .malformedChunkExtension), ("1;;a\r\n", .malformedChunkExtension),
      ("1;a\n", .bareLineFeed), ("1;a\0", .malformedChunkExtension), ("1;\u{E9}", .malformedChunkExtension),
      ("1;a\rX", .bareCarriageReturn),
      ("1\r\nab", .malformedChunkEnd), ("1\r\na\n", .malformedChunkEnd), ("1\r\na\rX", .malformedChunkEnd),
      ("1\r\na\r\n\r\n", .malformedChunkSize),
      ("0\r\n\n", .bareLineFeed), ("0\r\n\rX", .bareCarriageReturn), ("0\r\nX : y\r\n\r\n", .whitespaceBeforeColon),
      ("0\r\n X: y\r\n", .foldedField),
      ("0\r\nGET / HTTP/1.1\r\n\r\n", .whitespaceBeforeColon), ("0\r\nX: y\n\n", .bareLineFeed),
      ("0\r\nA_b: c\r\n\r\n", .underscoreInFieldName),
      ("0\r\nContent-Length: 5\r\n\r\n", .forbiddenTrailer), ("0\r\nTransfer-Encoding: chunked\r\n\r\n", .forbiddenTrailer),
      ("0\r\nHost: h\r\n\r\n", .forbiddenTrailer), ("0\r\nConnection: close\r\n\r\n", .forbiddenTrailer),
    ])
  func refusals(text: String, refusal: HTTPRefusal) {
    for pieces in [1, 2, 3, text.utf8.count] { #expect(read(text, .chunked, pieces: pieces).refusal == refusal, "pieces of \(pieces)") }
  }

  @Test("in chunks spends little on what is not data") func bounds() {
    #expect(read("1;" + String(repeating: "a", count: 5000), .chunked, pieces: 100).refusal == .chunkExtensionsTooLong)
    #expect(read(String(repeating: "1;aaaaaaaa\r\nx\r\n", count: 1000), .chunked, pieces: 100).refusal == .chunkExtensionsTooLong)
    #expect(read("0\r\n" + String(repeating: "A: b\r\n", count: 40), .chunked, pieces: 100).refusal == .tooManyFields)
    #expect(read("0\r\nA: " + String(repeating: "b", count: 9000), .chunked, pieces: 100).refusal == .headTooLarge)
  }

  @Test("whose chunks' sum is too large a number is refused before a byte of it is read") func sum() {
    // One byte of data, then a chunk as large as Int64.max.
    let outcome = read("1\r\na\r\n7fffffffffffffff\r\n", .chunked, pieces: 1)
    #expect(outcome.data == "a" && outcome.refusal == .chunkTooLarge)
  }

  @Test("that the end of the connection cuts off is told from one that it ends") func finish() throws {
    #expect(throws: HTTPRefusal.truncatedBody) { try BodyReader(.length(1)).finish() }
    #expect(throws: HTTPRefusal.truncatedBody) { try BodyReader(.chunked).finish() }
    try BodyReader(.length(0)).finish()
    try BodyReader(.none).finish()
    try BodyReader(.untilClose).finish()
  }
}
