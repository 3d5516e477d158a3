import NIOCore
import StrictParsers

/// A message's body among the bytes that its connection has brought, a request's and an answer's alike.
struct ReceivedBody {
  private var reader: BodyReader
  /// Up to so many bytes small pieces are gathered; a larger one is passed on without copying it.
  private static let gatheredBytes = 32 << 10

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

  /// The next bytes of the body among those received; `nil` if more must be received, or the body has ended.
  ///
  /// Small chunks are gathered, so that what follows costs little for each, however many there are.
  mutating func next() throws(HTTPRefusal) -> ByteBuffer? {
    guard pending.readableBytes > 0, !reader.isComplete else { return nil }
    let received = pending
    var index = 0
    var gathered = ByteBuffer()
    while gathered.readableBytes < Self.gatheredBytes, let range = try data(in: received, at: &index) {
      guard let piece = received.getSlice(at: received.readerIndex + range.lowerBound, length: range.count) else { break }
      if gathered.readableBytes == 0 { gathered = piece } else { gathered.writeImmutableBuffer(piece) }
    }
    pending.moveReaderIndex(forwardBy: index)
    return gathered.readableBytes > 0 ? gathered : nil
  }

  private mutating func data(in received: ByteBuffer, at index: inout Int) throws(HTTPRefusal) -> Range<Int>? {
    switch try reader.next(in: received.readableBytesUInt8Span, at: &index) {
    case .data(let range): range
    case .needMore, .end: nil
    }
  }

  /// Takes what is behind the body's end, which is another message.
  mutating func takeRest() -> ByteBuffer {
    defer { pending = ByteBuffer() }
    return pending
  }
}
