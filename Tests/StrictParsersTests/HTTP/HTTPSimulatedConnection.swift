import StrictParsers

/// A server's side of one connection as the gateway will drive it: head, body, next head, until a refusal, an end or a close.
struct HTTPSimulatedConnection {
  struct Request: Equatable {
    let method: HTTPMethod
    let target: [UInt8]
    let fields: [[[UInt8]]]
    var body: [UInt8] = []
    var isComplete = false
    let keepAlive: Bool
  }

  private(set) var requests: [Request] = []
  private(set) var refusal: HTTPRefusal?
  private(set) var isClosed = false
  private var parser: RequestHeadParser
  private var body: BodyReader?

  init(limits: HTTPHeadLimits = HTTPHeadLimits()) { parser = RequestHeadParser(limits: limits) }

  /// All bytes at once, or in pieces of a size.
  init(_ bytes: [UInt8], pieces: Int? = nil) {
    self.init()
    let size = max(pieces ?? bytes.count, 1)
    for start in stride(from: 0, to: bytes.count, by: size) { receive(bytes[start..<min(start + size, bytes.count)]) }
  }

  var complete: [Request] { requests.filter(\.isComplete) }

  mutating func receive(_ bytes: ArraySlice<UInt8>) {
    let bytes = Array(bytes)
    var index = 0
    do throws(HTTPRefusal) {
      while index < bytes.count, !isClosed, refusal == nil {
        if body != nil {
          try readBody(bytes, &index)
        } else {
          switch try parser.feed(bytes.span.extracting(index..<bytes.count)) {
          case .needMore: index = bytes.count
          case .head(let head, let consumed):
            index += consumed
            begin(head)
          }
        }
      }
    } catch {
      refusal = error
    }
  }

  private mutating func begin(_ head: RequestHead) {
    let fields = head.fields.map { [Array($0.name), Array($0.value)] }
    requests.append(Request(method: head.method, target: Array(head.target.bytes), fields: fields, keepAlive: head.keepAlive))
    let reader = BodyReader(head.framing)
    if reader.isComplete { end() } else { body = reader }
  }

  private mutating func readBody(_ bytes: [UInt8], _ index: inout Int) throws(HTTPRefusal) {
    guard var reader = body else { return }
    switch try reader.next(in: bytes.span, at: &index) {
    case .data(let range):
      requests[requests.count - 1].body += bytes[range]
      body = reader
    case .needMore: body = reader
    case .end: end()
    }
    if reader.isComplete { end() }
  }

  private mutating func end() {
    body = nil
    requests[requests.count - 1].isComplete = true
    isClosed = !requests[requests.count - 1].keepAlive
  }
}
