package import Logging

/// How log lines look.
package enum LogFormat: String, CaseIterable, Sendable {
  /// As the audit records.
  case json
  /// For people.
  case text
}

/// Sends the log to a line writer, which may be the one of the audit records.
package struct LineLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var logLevel: Logger.Level
  private let writer: LineWriter
  private let format: LogFormat
  private let clock: @Sendable () -> Timestamp

  package init(_ writer: LineWriter, as format: LogFormat, from level: Logger.Level, clock: @escaping @Sendable () -> Timestamp) {
    self.writer = writer
    self.format = format
    self.clock = clock
    logLevel = level
  }

  package subscript(metadataKey name: String) -> Logger.MetadataValue? {
    get { metadata[name] }
    set { metadata[name] = newValue }
  }

  package func log(event: Logging.LogEvent) {
    writer.write(LogLine(event, metadata: metadata, at: clock()).encoded(as: format), .log)
  }
}
