import NIOCore

/// Why a connection gave no more bytes, or took none.
enum ChannelFailure: Error, Hashable, Sendable {
  /// The other side, or the network, ended the connection.
  case closed
  /// Nothing moved until the deadline, or too little.
  case timedOut
  /// Another request needed the room that this one takes.
  case displaced
}

extension ByteChannel {
  /// What a look at the received bytes gives.
  enum Input {
    case bytes(ByteBuffer)
    case nothing
    /// The other side has ended its stream.
    case ended

    /// The input, once.
    mutating func take() -> Input {
      defer { self = .nothing }
      return self
    }
  }

  /// How the other side's stream ended.
  enum StreamEnd: Sendable {
    /// It sends nothing more, and may still read.
    case finished
    /// The connection is gone.
    case closed
  }

  enum WriteOutcome {
    case taken
    /// The other side has said something, or ended its stream, before the socket had taken everything.
    case inputArrived
  }

  /// What a writer waits for.
  enum Progress {
    /// The socket would take more.
    case writable
    /// The socket has taken all that was written.
    case flushed
  }
}
