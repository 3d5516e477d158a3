import NIOCore
import StrictParsers

/// Turns the frames of one request of HTTP/2 into the bytes of HTTP/1.1 that say the same.
///
/// A request's last byte is never given before the stream ended where the request says that it ends: what follows too much data is nobody's request.
struct RequestBytes {
  private enum State {
    case awaited
    /// The head, which must be followed by nothing.
    case empty(HTTP2Request)
    /// So many bytes are missing.
    case length(Int64)
    /// All bytes came but the end of the stream. The last one is kept.
    case lastByte(ByteBuffer)
    case chunked
    case ended
  }

  /// Why nothing more is read.
  enum Failure: Error, Hashable {
    /// Nothing was given yet: it may be answered as a head that was refused.
    ///
    /// `mayPublish`: what came does not begin as a read.
    case head(HTTPRefusal, mayPublish: Bool)
    case body(HTTPRefusal)
  }

  private let headerCount: Int
  private var state = State.awaited

  init(headerCount: Int) { self.headerCount = headerCount }

  var isEnded: Bool { if case .ended = state { true } else { false } }
  var isAwaited: Bool { if case .awaited = state { true } else { false } }

  /// The header block that begins a request.
  mutating func head(_ fields: [HTTP2Field], isEnd: Bool) throws(Failure) -> (method: HTTPMethod, bytes: ByteBuffer?) {
    let request: HTTP2Request
    do throws(HTTPRefusal) {
      request = try HTTP2Request(fields, isEnd: isEnd, limit: headerCount)
    } catch {
      throw .head(error, mayPublish: HTTP2Request.mayPublish(fields))
    }
    switch request.body {
    case .none: state = .ended
    case .emptyEnd: state = .empty(request)
    case .length(let length): state = .length(length)
    case .chunked: state = .chunked
    }
    if case .empty = state { return (request.method, nil) }
    return (request.method, ByteBuffer(bytes: request.head))
  }

  /// The header block that ends it.
  mutating func trailers(_ fields: [HTTP2Field], isEnd: Bool) throws(Failure) -> ByteBuffer? {
    do throws(HTTPRefusal) { try HTTP2Trailers.check(fields) } catch { throw failure(error) }
    guard isEnd else { throw failure(.malformedPseudoFields) }
    return try data(ByteBuffer(), isEnd: true)
  }

  mutating func data(_ data: ByteBuffer, isEnd: Bool) throws(Failure) -> ByteBuffer? {
    let count = Int64(data.readableBytes)
    switch state {
    case .awaited, .ended: return nil
    case .empty(let request):
      guard count == 0 else { throw failure(request.method.allowsBody ? .lengthDisagrees : .bodyNotAllowed) }
      guard isEnd else { return nil }
      state = .ended
      return ByteBuffer(bytes: request.head)
    case .length(let missing):
      guard count <= missing, !isEnd || count == missing else { throw failure(.lengthDisagrees) }
      state = isEnd ? .ended : .length(missing - count)
      guard !isEnd, count == missing else { return data }
      var data = data
      let last = data.getSlice(at: data.writerIndex - 1, length: 1) ?? ByteBuffer()
      state = .lastByte(last)
      return data.readSlice(length: data.readableBytes - 1)
    case .lastByte(let last):
      guard count == 0 else { throw failure(.lengthDisagrees) }
      guard isEnd else { return nil }
      state = .ended
      return last
    case .chunked:
      if isEnd { state = .ended }
      return Self.chunk(data, isEnd: isEnd)
    }
  }

  private func failure(_ refusal: HTTPRefusal) -> Failure {
    guard case .empty(let request) = state else { return .body(refusal) }
    return .head(refusal, mayPublish: request.method != .get && request.method != .head)
  }

  private static func chunk(_ data: ByteBuffer, isEnd: Bool) -> ByteBuffer? {
    guard data.readableBytes > 0 else { return isEnd ? ByteBuffer(string: "0\r\n\r\n") : nil }
    var chunk = ByteBuffer()
    chunk.reserveCapacity(data.readableBytes + 32)
    chunk.writeString("\(String(data.readableBytes, radix: 16))\r\n")
    chunk.writeImmutableBuffer(data)
    chunk.writeString(isEnd ? "\r\n0\r\n\r\n" : "\r\n")
    return chunk
  }
}
