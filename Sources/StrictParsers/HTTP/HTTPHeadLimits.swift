/// How much of a head is read before it is refused.
package struct HTTPHeadLimits: Sendable {
  /// All bytes up to the empty line and with it.
  package var bytes: Int
  package var fields: Int
  /// The request line without its line end, or the status line.
  package var firstLineBytes: Int

  package init(bytes: Int = 32 * 1024, fields: Int = 100, firstLineBytes: Int = 8 * 1024) {
    self.bytes = bytes
    self.fields = fields
    self.firstLineBytes = firstLineBytes
  }
}

/// How far a head was read.
package enum HTTPHeadProgress<Head: Sendable>: Sendable {
  /// All bytes were taken, and the head has not ended yet.
  case needMore
  /// The head, and how many of the bytes fed last belong to it. What follows is the body or the next message.
  case head(Head, consumed: Int)
}
