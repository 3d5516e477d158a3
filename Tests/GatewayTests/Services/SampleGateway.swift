import Logging
import NIOPosix
import Observability
import StateStore
import StrictParsers
import TestSupport

@testable import Gateway

/// All that requests share, for a test: a store in memory, and a clock that stands still.
struct SampleGateway {
  let services: GatewayServices
  let store: any StateStore
  let folder: TemporaryFolder

  init(_ sample: SettingsSample = SampleUpload.streamed.settings, _ store: any StateStore = SQLiteStore.memory()) throws {
    folder = try TemporaryFolder()
    self.store = store
    services = GatewayServices(
      configuration: try PublishSample.configuration(sample), store: store,
      audit: AuditLog(LineWriter(.file(path: "\(folder.path)/audit.jsonl"))),
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, metrics: Metrics(version: "test"), threads: .singleton,
      descriptors: DescriptorLimits(total: 4096), droppedLines: { 0 }, clock: { Timestamp(milliseconds: PublishSample.now * 1000) })
  }

  /// The records that were written, in their order.
  func records() throws -> [JSONObject] {
    try LineDestination.file(path: "\(folder.path)/audit.jsonl").lastBytes(1 << 20).split(separator: UInt8(ascii: "\n")).map {
      try StrictJSON.parseObject(Array($0))
    }
  }
}
