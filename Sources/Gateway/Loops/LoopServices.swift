import NIOCore

/// What the requests of one event loop share: what they hand to other threads is handed over once a turn of the loop, all of it together.
final class LoopServices {
  let eventLoop: any EventLoop
  let executor: EventLoopTaskExecutor
  let store: StoreBatcher
  let records: RecordBatcher

  init(_ eventLoop: any EventLoop, _ gateway: GatewayServices) {
    self.eventLoop = eventLoop
    executor = EventLoopTaskExecutor(eventLoop)
    store = StoreBatcher(gateway.store, eventLoop)
    records = RecordBatcher(gateway.audit, eventLoop)
  }
}
