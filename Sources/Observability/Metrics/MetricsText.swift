/// The text format of Prometheus, version 0.0.4.
struct MetricsText: ~Copyable {
  private var text = ""

  consuming func finish() -> [UInt8] { Array(text.utf8) }

  mutating func begin(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  /// A label whose value is empty is the same as none, and is left out.
  mutating func sample(_ name: String, _ labels: [String], _ values: [MetricLabel], _ number: String, bound: String? = nil) {
    var pairs = zip(labels, values).filter { !$1.text.isEmpty }.map { "\($0)=\"\(Self.escaped($1.text))\"" }
    if let bound { pairs.append("le=\"\(bound)\"") }
    text += name
    if !pairs.isEmpty { text += "{\(pairs.joined(separator: ","))}" }
    text += " \(number)\n"
  }

  /// What the text format calls an info metric: 1, with what it tells as labels.
  mutating func info(_ name: String, _ label: String, _ value: String) { text += "\(name){\(label)=\"\(Self.escaped(value))\"} 1\n" }

  static func precede(_ left: [MetricLabel], _ right: [MetricLabel]) -> Bool {
    left.lexicographicallyPrecedes(right) { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
  }

  private static func escaped(_ value: String) -> String {
    var escaped = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\\": escaped += "\\\\"
      case "\"": escaped += "\\\""
      case "\n": escaped += "\\n"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
