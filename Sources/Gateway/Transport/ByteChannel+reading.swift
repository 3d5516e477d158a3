import NIOCore

extension ByteChannel {
  /// The next bytes, in the order of their arrival; `nil` once the other side has ended its stream.
  func read(by deadline: NIODeadline) async throws(ChannelFailure) -> ByteBuffer? {
    while true {
      switch try take() {
      case .bytes(let buffer): return buffer
      case .ended: return nil
      case .nothing: try await awaitInput(by: deadline)
      }
    }
  }
}
