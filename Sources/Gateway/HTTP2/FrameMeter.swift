import NIOCore

/// Finds the frames in what a client of HTTP/2 sends (RFC 9113, section 4.1) without reading them, and counts those that bring nothing.
///
/// Such frames are needed now and then, and cost the client next to nothing. A client has a stock of them, which time fills up, and data that is sent
/// to it, since each part of that may be acknowledged twice.
struct FrameMeter {
  /// The client sends so many of them that it can only mean to keep the gateway busy, or a frame that is larger than it may be.
  struct Flood: Error {}

  static let stock = 1000
  private static let perSecond = 100
  private static let perDataFrame = 2
  private static let prefaceBytes = 24
  private static let headerBytes = 9
  /// As long as no setting says otherwise (RFC 9113, section 6.5.2).
  private static let largestPayload = 16_384
  /// Less data than this takes more time to read than to send: a few frames of it count as one that brings nothing.
  private static let fewBytes = 256
  private static let framesOfFewBytes = 16

  /// Of the preface, or of a frame's payload.
  private var bytesToSkip = prefaceBytes
  private var header: [UInt8] = []
  private var smallFrames = 0
  private var left = stock
  private var filled: NIODeadline

  init(at now: NIODeadline) {
    filled = now
    header.reserveCapacity(Self.headerBytes)
  }

  /// Data was sent to the client, which it will acknowledge.
  mutating func dataWasSent() { left = min(Self.stock, left + Self.perDataFrame) }

  mutating func read(_ bytes: Span<UInt8>, at now: NIODeadline) throws(Flood) {
    fill(at: now)
    var index = 0
    while index < bytes.count {
      if bytesToSkip > 0 {
        let skipped = min(bytesToSkip, bytes.count - index)
        bytesToSkip -= skipped
        index += skipped
        continue
      }
      header.append(bytes[index])
      index += 1
      if header.count == Self.headerBytes { try begin() }
    }
  }

  /// Judges a frame whose header is whole.
  private mutating func begin() throws(Flood) {
    let length = Int(header[0]) << 16 | Int(header[1]) << 8 | Int(header[2])
    let (type, flags) = (header[3], header[4])
    header.removeAll(keepingCapacity: true)
    guard length <= Self.largestPayload else { throw Flood() }
    bytesToSkip = length
    switch type {
    case 0 where flags & 1 != 0 || length >= Self.fewBytes: break
    case 0 where length > 0:
      smallFrames += 1
      if smallFrames % Self.framesOfFewBytes == 0 { try take() }
    case 1: break
    case 9 where length > 0: break
    default: try take()
    }
  }

  private mutating func take() throws(Flood) {
    guard left > 0 else { throw Flood() }
    left -= 1
  }

  private mutating func fill(at now: NIODeadline) {
    let seconds = Int((now - filled).nanoseconds / 1_000_000_000)
    guard seconds > 0 else { return }
    filled = filled + .seconds(Int64(seconds))
    left = min(Self.stock, left + min(seconds, Self.stock) * Self.perSecond)
  }
}
