import Synchronization

/// Series of one name, by the values of its labels: a number each that goes up, or up and down.
package final class NumberFamily: Sendable {
  package enum Kind: String, Sendable { case counter, gauge }

  private let name: String
  private let kind: Kind
  private let help: String
  private let labels: [String]
  private let series: Mutex<[[MetricLabel]: Int64]>

  /// A family without labels is there from the start, with the value 0.
  init(_ kind: Kind, _ name: String, labels: [String] = [], help: String) {
    self.kind = kind
    self.name = name
    self.labels = labels
    self.help = help
    series = Mutex(labels.isEmpty ? [[]: 0] : [:])
  }

  /// A sum that would not fit stays where it is.
  package func add(_ amount: Int64 = 1, _ values: MetricLabel...) {
    series.withLock { Self.add(amount, to: &$0[values, default: 0]) }
  }

  private static func add(_ amount: Int64, to number: inout Int64) {
    let (sum, overflow) = number.addingReportingOverflow(amount)
    if !overflow { number = sum }
  }

  package func set(_ value: Int64, _ values: MetricLabel...) { series.withLock { $0[values] = value } }

  /// Makes a series that is 0 until something happens, if there is none yet.
  package func begin(_ values: MetricLabel...) { series.withLock { $0[values, default: 0] += 0 } }

  /// The same as `add` for a series that was begun; nothing for another.
  package func addIfBegun(_ amount: Int64 = 1, _ values: MetricLabel...) {
    series.withLock { series in
      guard let (sum, overflow) = series[values]?.addingReportingOverflow(amount), !overflow else { return }
      series[values] = sum
    }
  }

  /// The same as `set` for a series that was begun; nothing for another.
  package func setIfBegun(_ value: Int64, _ values: MetricLabel...) {
    series.withLock { series in if series[values] != nil { series[values] = value } }
  }

  /// Forgets the series whose first label has another value, as of names that a new configuration does not have.
  package func keep(_ first: Set<MetricLabel>) { series.withLock { $0 = $0.filter { first.contains($0.key[0]) } } }

  func write(to text: inout MetricsText) {
    let series = series.withLock { $0 }
    text.begin(name, kind.rawValue, help)
    for (values, number) in series.sorted(by: { MetricsText.precede($0.key, $1.key) }) {
      text.sample(name, labels, values, "\(number)")
    }
  }
}

/// Series of one name, by the values of its labels: how many durations there were below each of some bounds.
package final class DurationFamily: Sendable {
  private struct Histogram {
    /// One for each bound, and one for what lies above all.
    var counts = [UInt64](repeating: 0, count: DurationFamily.bounds.count + 1)
    var sum = Duration.zero

    mutating func count(_ duration: Duration, in bucket: Int) {
      counts[bucket] &+= 1
      sum += duration
    }
  }

  /// Seconds, ascending, as they are written and as they are compared.
  private static let bounds: [(text: String, duration: Duration)] = [
    ("0.001", .milliseconds(1)), ("0.005", .milliseconds(5)), ("0.01", .milliseconds(10)), ("0.05", .milliseconds(50)),
    ("0.1", .milliseconds(100)), ("0.5", .milliseconds(500)), ("1", .seconds(1)), ("5", .seconds(5)), ("10", .seconds(10)),
    ("30", .seconds(30)), ("60", .seconds(60)), ("300", .seconds(300)), ("1800", .seconds(1800)),
  ]

  private let name: String
  private let help: String
  private let labels: [String]
  private let series: Mutex<[[MetricLabel]: Histogram]>

  /// A family without labels is there from the start, with nothing counted.
  init(_ name: String, labels: [String] = [], help: String) {
    self.name = name
    self.labels = labels
    self.help = help
    series = Mutex(labels.isEmpty ? [[]: Histogram()] : [:])
  }

  /// Makes a series with nothing counted, if there is none yet.
  package func begin(_ values: MetricLabel...) { series.withLock { $0[values] = $0[values] ?? Histogram() } }

  package func observe(_ duration: Duration, _ values: MetricLabel...) {
    let bucket = Self.bounds.firstIndex { duration <= $0.duration } ?? Self.bounds.count
    series.withLock { $0[values, default: Histogram()].count(duration, in: bucket) }
  }

  func write(to text: inout MetricsText) {
    let series = series.withLock { $0 }
    text.begin(name, "histogram", help)
    for (values, histogram) in series.sorted(by: { MetricsText.precede($0.key, $1.key) }) {
      var total: UInt64 = 0
      for (bound, count) in zip(Self.bounds.map(\.text) + ["+Inf"], histogram.counts) {
        total &+= count
        text.sample("\(name)_bucket", labels, values, "\(total)", bound: bound)
      }
      text.sample("\(name)_sum", labels, values, Self.seconds(histogram.sum))
      text.sample("\(name)_count", labels, values, "\(total)")
    }
  }

  /// With six digits of fraction.
  private static func seconds(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    let fraction = String(attoseconds / 1_000_000_000_000)
    return "\(seconds).\(String(repeating: "0", count: 6 - min(fraction.utf8.count, 6)))\(fraction)"
  }
}
