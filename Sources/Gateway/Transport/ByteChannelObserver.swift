/// Is told on the event loop what happens on a connection on which nobody awaits anything.
protocol ByteChannelObserver: AnyObject {
  /// Bytes have come, or the other side has ended its stream: `take` gives them.
  func inputArrived()

  /// The socket has taken what was written, or would take more.
  func outputTaken()

  /// The deadline that was set is over.
  func deadlinePassed()

  /// Another request needs the room that this one takes.
  func displaced()

  /// The connection is gone. Nothing is told any more.
  func connectionClosed()
}
