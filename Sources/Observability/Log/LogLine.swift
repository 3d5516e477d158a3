package import Logging
import StrictParsers

/// A log line before it has a format: the members that any format writes, in their order.
package struct LogLine {
  /// The names that every line has of its own.
  private static let reserved: Set<String> = ["time", "level", "event"]

  let time: Timestamp
  let level: Logger.Level
  let event: String
  /// By name; none stands twice.
  let members: [(name: String, value: JSONValue)]

  init(_ event: Logging.LogEvent, metadata: Logger.Metadata, at time: Timestamp) {
    var merged = metadata
    if let own = event.metadata { merged.merge(own) { $1 } }
    // What an error holds is not for the log: who knows it words it.
    if let error = event.error { merged["error.type"] = "\(type(of: error))" }
    self.init(level: event.level, event.message.description, merged, at: time)
  }

  /// A line that no logger writes.
  package init(_ event: LogEvent, _ metadata: Logger.Metadata, at time: Timestamp) {
    self.init(level: event.level, event.rawValue, metadata, at: time)
  }

  private init(level: Logger.Level, _ event: String, _ metadata: Logger.Metadata, at time: Timestamp) {
    self.time = time
    self.level = level
    self.event = event
    var members: [String: JSONValue] = [:]
    for (name, value) in metadata { members[Self.reserved.contains(name) ? "metadata.\(name)" : name] = JSONValue(value) }
    self.members = members.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
  }

  package func encoded(as format: LogFormat) -> [UInt8] {
    switch format {
    case .json: json
    case .text: text
    }
  }

  /// One JSON object.
  var json: [UInt8] {
    var line = JSONLine()
    line.member("time", time)
    line.member("level", level.rawValue)
    line.member("event", event)
    for (name, value) in members { line.member(named: name, value) }
    return line.finish()
  }

  /// For people: time, level and event, then `name=value`, quoted as in JSON where it is not one plain word.
  var text: [UInt8] {
    var bytes: [UInt8] = []
    time.append(to: &bytes)
    for word in [level.rawValue, event] {
      bytes.append(UInt8(ascii: " "))
      Self.append(word, to: &bytes)
    }
    for (name, value) in members {
      bytes.append(UInt8(ascii: " "))
      Self.append(name, to: &bytes)
      bytes.append(UInt8(ascii: "="))
      if case .string(let text) = value { Self.append(text.text, to: &bytes) } else { bytes.append(contentsOf: JSONLine.encode(value)) }
    }
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private static func append(_ word: String, to bytes: inout [UInt8]) {
    let isPlain = !word.isEmpty && word.utf8.allSatisfy { ASCII.isVisible($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") }
    if isPlain { bytes.append(contentsOf: word.utf8) } else { bytes.append(contentsOf: JSONLine.encode(.string(ExactString(word)))) }
  }
}

extension JSONValue {
  /// Numbers and flags stay what they are.
  fileprivate init(_ value: Logger.MetadataValue) {
    switch value {
    case .string(let text): self = .string(ExactString(text))
    case .stringConvertible(let value as any BinaryInteger):
      self = Int64(exactly: value).map { .integer($0) } ?? .string(ExactString("\(value)"))
    case .stringConvertible(let value as Bool): self = .bool(value)
    case .stringConvertible(let value): self = .string(ExactString(value.description))
    case .array(let values): self = .array(values.map { JSONValue($0) })
    case .dictionary(let values):
      self = .object(JSONObject(values.sorted { $0.key < $1.key }.map { .init(ExactString($0.key), JSONValue($0.value)) }))
    }
  }
}
