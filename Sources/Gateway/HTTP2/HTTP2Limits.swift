import Configuration
import NIOCore
import NIOHTTP2

/// What a client of HTTP/2 may send before the connection ends.
enum HTTP2Limits {
  /// As RFC 9113, section 6.5.2, recommends at least: clients begin so many before they know better. Each takes a place besides.
  private static let streams = 100
  /// What a stream's client may send ahead of what its session takes.
  static let streamWindow = 256 << 10
  /// So many requests that are none are answered on one connection.
  static let refusedRequests = 16
  private static let connectionWindow = 1 << 20
  /// What RFC 9113, section 6.5.2, adds to the size of each field.
  private static let fieldOverhead = 32
  private static let controlFrames = 256

  /// How many streams of one connection are served at once, where there are so many places.
  static func streams(of places: Int) -> Int { min(streams, max(4, places / 8)) }

  static func connection(_ limits: Limits) -> NIOHTTP2Handler.ConnectionConfiguration {
    var configuration = NIOHTTP2Handler.ConnectionConfiguration()
    configuration.initialSettings = [
      HTTP2Setting(parameter: .maxConcurrentStreams, value: streams),
      HTTP2Setting(parameter: .maxHeaderListSize, value: limits.headerBytes + fieldOverhead * limits.headerCount),
      HTTP2Setting(parameter: .initialWindowSize, value: streamWindow),
    ]
    // `HTTP2Request` is stricter, and its refusals are answered and recorded as those of HTTP/1.1 are.
    configuration.headerBlockValidation = .disabled
    configuration.contentLengthValidation = .disabled
    // `FrameMeter` bounds them, whatever comes in between.
    configuration.maximumSequentialEmptyDataFrames = FrameMeter.stock
    configuration.maximumBufferedControlFrames = controlFrames
    configuration.targetWindowSize = connectionWindow
    return configuration
  }

  static var stream: NIOHTTP2Handler.StreamConfiguration {
    var configuration = NIOHTTP2Handler.StreamConfiguration()
    configuration.targetWindowSize = streamWindow
    configuration.outboundBufferSizeHighWatermark = 64 << 10
    configuration.outboundBufferSizeLowWatermark = 32 << 10
    return configuration
  }
}
