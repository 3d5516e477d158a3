import NIOCore
import StrictParsers

/// A message's body among the bytes that its connection has brought, a request's and an answer's alike.
struct ReceivedBody {
  private var reader: BodyReader
  /// What was received and not taken yet. Behind the body's end, it is no part of it.
  private(set) var pending: ByteBuffer

  init(_ framing: BodyFraming, beginning pending: ByteBuffer = ByteBuffer()) {
    reader = BodyReader(framing)
    self.pending = pending
  }

  /// Whether the whole body was taken. Never true of a body that ends with the connection.
  var isComplete: Bool { reader.isComplete }

  mutating func append(_ bytes: ByteBuffer) {
    if pending.readableBytes == 0 { pending = bytes } else { pending.writeImmutableBuffer(bytes) }
  }

  /// The next bytes of the body among those received; nil where more must be received, or the body has ended.
  mutating func next() throws(HTTPRefusal) -> ByteBuffer? {
    while pending.readableBytes > 0, !reader.isComplete {
      let received = pending
      var index = 0
      switch try reader.next(in: received.readableBytesUInt8Span, at: &index) {
      case .data(let range):
        pending.moveReaderIndex(forwardBy: index)
        return received.getSlice(at: received.readerIndex + range.lowerBound, length: range.count)
      case .needMore, .end: pending.moveReaderIndex(forwardBy: index)
      }
    }
    return nil
  }

  /// Takes what is behind the body's end, which is another message.
  mutating func takeRest() -> ByteBuffer {
    defer { pending = ByteBuffer() }
    return pending
  }
}
