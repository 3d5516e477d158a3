import NIOCore
import NIOEmbedded
import NIOHTTP1
import StrictParsers
import Testing

/// What llhttp, behind SwiftNIO's decoder, reads from the same bytes.
private struct ReferenceReading {
  var requests: [HTTPSimulatedConnection.Request] = []

  init(_ bytes: [UInt8]) {
    let channel = EmbeddedChannel()
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    guard (try? channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))) != nil else { return }
    // What was decoded before an error is there all the same.
    _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) { note(part) }
  }

  private mutating func note(_ part: HTTPServerRequestPart) {
    switch part {
    case .head(let head):
      guard let method = StrictParsers.HTTPMethod(rawValue: head.method.rawValue) else { return }
      let fields = head.headers.map { [ASCII.lowercased($0.name.utf8), trimmed($0.value)] }
      requests.append(
        .init(method: method, target: Array(head.uri.utf8), fields: fields, keepAlive: head.isKeepAlive && head.version == .http1_1))
    case .body(let buffer):
      guard !requests.isEmpty else { return }
      requests[requests.count - 1].body += Array(buffer.readableBytesView)
    case .end:
      guard !requests.isEmpty else { return }
      requests[requests.count - 1].isComplete = true
    }
  }

  private func trimmed(_ value: String) -> [UInt8] {
    let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    return Array(value.utf8.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
  }
}

@Suite("Our reading of requests beside llhttp's") struct HTTPDifferentialTests {
  /// Whatever we take for a complete request, llhttp takes for the same one. The number of complete requests.
  private func compare(_ bytes: [UInt8], _ name: @autoclosure () -> String) -> Int {
    var ours = HTTPSimulatedConnection(bytes).complete
    // Where an upgrade is offered SwiftNIO's decoder reads no further. We decline it, and do.
    if let offer = ours.firstIndex(where: { $0.fields.contains { $0[0].elementsEqual("upgrade".utf8) } }) {
      ours.removeSubrange((offer + 1)...)
    }
    guard !ours.isEmpty else { return 0 }
    let theirs = ReferenceReading(bytes).requests
    guard theirs.count >= ours.count else {
      Issue.record("\(name()): we read \(ours.count) requests, llhttp \(theirs.count)")
      return ours.count
    }
    for (mine, reference) in zip(ours, theirs) {
      #expect(mine.method == reference.method && mine.target == reference.target && mine.fields == reference.fields, "\(name())")
      #expect(mine.body == reference.body && reference.isComplete, "\(name())")
      // `close`, tab, comma: we close where llhttp does not. The other way round a request would be read behind the last one.
      #expect(!mine.keepAlive || reference.keepAlive, "\(name())")
    }
    return ours.count
  }

  @Test("accepts no row of the corpora that llhttp refuses, and reads each the same") func corpora() throws {
    guard let rows = try HTTPRequestVectorTests.rows() else { return }
    var accepted = 0
    for row in rows { accepted += compare(row.bytes, row.id) }
    print("counted: differential: \(rows.count) rows, \(accepted) requests read by both")
    #expect(accepted > 200)
  }

  @Test("accepts no mutation of a valid request that llhttp refuses, and reads each the same") func mutations() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("differential: seed \(seed)")
    for (name, seed, runs) in [("fixed", 20_260_101, 20_000), ("fresh", seed, 5000)] {
      var mutator = RequestMutator(seed: seed)
      var accepted = 0
      for run in 0..<runs {
        let bytes = mutator.next()
        let count = compare(bytes, "seed \(seed), run \(run): \(String(decoding: bytes, as: UTF8.self).debugDescription)")
        accepted += count > 0 ? 1 : 0
        let pieces = 1 + run % 9
        #expect(
          HTTPSimulatedConnection(bytes, pieces: pieces).requests == HTTPSimulatedConnection(bytes).requests,
          "seed \(seed), run \(run), pieces of \(pieces)")
      }
      print("differential: \(runs) mutations (\(name)), \(accepted) read by both")
      #expect(accepted > runs / 10 && accepted < runs)
    }
  }
}

/// Damages valid requests in the places where readers of HTTP disagree.
private struct RequestMutator {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(state: seed) }

  private static let valid = [
    "GET /simple/demo/ HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n",
    "PUT /generic/demo/1.0/f.bin HTTP/1.1\r\nHost: localhost:8080\r\nAuthorization: Bearer a.b.c\r\nContent-Length: 5\r\n\r\nhello",
    "POST /legacy/?a=b HTTP/1.1\r\nHost: [::1]\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;a=b\r\n world\r\n0\r\nX-T: 1\r\n\r\n",
    "PATCH /v2/demo/blobs/uploads/7 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: keep-alive\r\n\r\nabc",
    "PUT /f HTTP/1.0\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
    "POST /f HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /g HTTP/1.1\r\nHost: h\r\nConnection: close, te\r\n\r\n",
  ].map { Array($0.utf8) }

  private static let pieces =
    [
      "\r", "\n", "\r\n", "\r\n ", "\n\n", "\r\n\r\n", " ", "\t", "\0", "\u{0B}", "\u{7F}", ":", ";", ",", "=", "\"", "_", "-", "+", "0",
      "1", "a", "F",
      "%", "#", "?", "/", "\\", "//", "HTTP/1.1", "HTTP/1.0", "chunked", "Content-Length: 5\r\n", "Content-Length: 0\r\n", "Host: h\r\n",
      "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: identity\r\n", "Connection: upgrade\r\nUpgrade: h2c\r\n", "0\r\n\r\n",
      "fffffffffffffff\r\n", "GET / HTTP/1.1\r\n", "X: y\r\n", "x",
    ].map { Array($0.utf8) } + [[0x80], [0xA0], [0xFF], [0xC3, 0xA9]]

  mutating func next() -> [UInt8] {
    var bytes = Self.valid[below(Self.valid.count)]
    for _ in 0...below(3) {
      let place = below(bytes.count)
      switch below(6) {
      case 0: bytes.remove(at: place)
      case 1: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      case 2: bytes[place] ^= 0x20
      case 3: bytes.insert(contentsOf: bytes[place..<min(place + 1 + below(24), bytes.count)], at: place)
      default: bytes.insert(contentsOf: Self.pieces[below(Self.pieces.count)], at: place)
      }
    }
    return bytes
  }

  private mutating func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
}

/// The generator of Steele, Lea and Flood (2014): the same sequence for the same seed.
private struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
