import NIOCore
import Synchronization

/// Ends an exchange with a registry once the client that waits for it has gone.
///
/// It watches for as long as it is referenced.
final class ClientWatch: Sendable {
  /// A client that sends nothing more may still read, and a registry that has a whole upload may just be answering.
  private static let grace = TimeAmount.seconds(5)

  private let upstream: ByteChannel
  private let closedGrace: TimeAmount
  private let gone = Atomic(false)

  /// - Parameter waitsForAnswer: Whether the registry gets some time to answer although nobody will hear it, so that the record tells what it did.
  init(of client: ByteChannel, ending upstream: ByteChannel, waitsForAnswer: Bool) async {
    self.upstream = upstream
    closedGrace = waitsForAnswer ? Self.grace : .zero
    await client.onEnd { [weak self] end in self?.clientEnded(end) }
  }

  /// Whether the exchange was ended since the client had gone.
  var hasEndedExchange: Bool { gone.load(ordering: .relaxed) }

  private func clientEnded(_ end: ByteChannel.StreamEnd) {
    let time: TimeAmount =
      switch end {
      case .finished: Self.grace
      case .closed: closedGrace
      }
    upstream.channel.eventLoop.scheduleTask(in: time) { [weak self] in
      guard let self else { return }
      gone.store(true, ordering: .relaxed)
      upstream.onLoop { $0.abort() }
    }
  }
}
