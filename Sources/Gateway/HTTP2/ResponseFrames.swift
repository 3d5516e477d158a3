import NIOCore
import NIOHPACK
import NIOHTTP2
import StrictParsers

/// Turns the bytes of one answer of HTTP/1.1, as sessions write them, into the frames of HTTP/2 that say the same.
struct ResponseFrames {
  private enum State {
    case head(ResponseHeadParser)
    case body(BodyReader)
    case complete
  }

  /// What is said of one connection, and what HTTP/2 says by itself (RFC 9113, section 8.2.2).
  private static let dropped: Set<String> = ["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]
  /// A piece of this size is what a client can be seen to have taken.
  private static let dataBytes = 8 << 10

  private var state: State
  /// Whether the answer ends where its connection does.
  private(set) var endsWithConnection = false

  init(answering method: HTTPMethod) { state = .head(ResponseHeadParser(answering: method)) }

  var isComplete: Bool { if case .complete = state { true } else { false } }

  mutating func read(_ bytes: ByteBuffer) throws(HTTPRefusal) -> [HTTP2Frame.FramePayload] {
    var bytes = bytes
    var frames: [HTTP2Frame.FramePayload] = []
    while bytes.readableBytes > 0 {
      switch state {
      case .complete: return frames
      case .head(var parser):
        let progress = try parser.feed(bytes.readableBytesUInt8Span)
        state = .head(parser)
        guard case .head(let head, let consumed) = progress else { return frames }
        bytes.moveReaderIndex(forwardBy: consumed)
        if !head.isInterim { begin(head) }
        frames.append(.headers(.init(headers: Self.fields(of: head), endStream: isComplete)))
      case .body(var reader):
        let data = try Self.data(&reader, &bytes)
        state = reader.isComplete ? .complete : .body(reader)
        append(data, to: &frames)
      }
    }
    return frames
  }

  /// The end of an answer that its connection's end marks.
  mutating func end() -> HTTP2Frame.FramePayload {
    state = .complete
    return .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true))
  }

  private mutating func begin(_ head: ResponseHead) {
    let reader = BodyReader(head.framing)
    endsWithConnection = head.framing == .untilClose
    state = reader.isComplete ? .complete : .body(reader)
  }

  private static func fields(of head: ResponseHead) -> HPACKHeaders {
    var fields = HPACKHeaders()
    // Nothing is remembered for later answers, or the client could say how much.
    fields.add(name: ":status", value: "\(head.status)", indexing: .nonIndexable)
    for field in head.fields where !dropped.contains(field.nameText) {
      fields.add(name: field.nameText, value: field.valueText, indexing: .nonIndexable)
    }
    return fields
  }

  /// All of the body that is among the bytes.
  private static func data(_ reader: inout BodyReader, _ bytes: inout ByteBuffer) throws(HTTPRefusal) -> ByteBuffer {
    var data = ByteBuffer()
    var index = 0
    var isAtEnd = false
    while !isAtEnd {
      switch try reader.next(in: bytes.readableBytesUInt8Span, at: &index) {
      case .data(let range):
        guard var piece = bytes.getSlice(at: bytes.readerIndex + range.lowerBound, length: range.count) else { break }
        if data.readableBytes == 0 { data = piece } else { data.writeBuffer(&piece) }
      case .needMore, .end: isAtEnd = true
      }
    }
    bytes.moveReaderIndex(forwardBy: index)
    return data
  }

  private func append(_ data: ByteBuffer, to frames: inout [HTTP2Frame.FramePayload]) {
    var data = data
    while let piece = data.readSlice(length: min(data.readableBytes, Self.dataBytes)), piece.readableBytes > 0 {
      frames.append(.data(.init(data: .byteBuffer(piece), endStream: isComplete && data.readableBytes == 0)))
      if data.readableBytes == 0 { return }
    }
    if isComplete { frames.append(.data(.init(data: .byteBuffer(ByteBuffer()), endStream: true))) }
  }
}
