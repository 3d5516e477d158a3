import Configuration
import NIOCore
import StrictParsers

/// Reads a request's head from the bytes that come.
struct HeadReader {
  /// What a head may take before it counts as buffered memory; most are smaller.
  private static let uncountedBytes = 4 << 10

  private var parser: RequestHeadParser
  private let limits: Limits
  /// The first bytes, which tell a read from what may publish.
  private var beginning: [UInt8] = []
  private var readBytes = 0
  private var countedBytes = 0

  init(_ limits: Limits) {
    parser = RequestHeadParser(limits: HTTPHeadLimits(bytes: limits.headerBytes, fields: limits.headerCount))
    self.limits = limits
  }

  /// Whether a byte of the request has come.
  var hasBegun: Bool { !beginning.isEmpty }

  /// Whether what came does not begin as a read.
  var mayPublish: Bool { !beginning.starts(with: "GET ".utf8) && !beginning.starts(with: "HEAD ".utf8) }

  /// Takes the head's bytes from `buffer`. `nil` if more must come.
  ///
  /// - Parameter memory: What a large head counts in until `release`.
  mutating func read(_ buffer: inout ByteBuffer, _ memory: Reservation?) throws(HeadFailure) -> RequestHead? {
    readBytes += buffer.readableBytes
    if readBytes > Self.uncountedBytes, countedBytes == 0 {
      do throws(SharedBudget.Shortage) { try memory?.grow(by: limits.headerBytes) } catch { throw .memory(error, mayPublish: mayPublish) }
      countedBytes = limits.headerBytes
    }
    if beginning.count < 5 { beginning.append(contentsOf: buffer.readableBytesView.prefix(5)) }
    do throws(HTTPRefusal) {
      guard case .head(let head, let consumed) = try parser.feed(buffer.readableBytesUInt8Span) else { return nil }
      buffer.moveReaderIndex(forwardBy: consumed)
      return head
    } catch {
      throw .malformed(error, mayPublish: mayPublish)
    }
  }

  /// Gives back what a large head took.
  func release(_ memory: Reservation) {
    if countedBytes > 0 { memory.shrink(by: countedBytes) }
  }
}

/// Why no head was read from a connection on which a request had begun.
enum HeadFailure: Error, Sendable {
  case closed
  case timedOut(mayPublish: Bool)
  /// `mayPublish`: what came does not begin as a read.
  case malformed(HTTPRefusal, mayPublish: Bool)
  /// The gateway has no room for so large a head at this moment.
  case memory(SharedBudget.Shortage, mayPublish: Bool)
}
