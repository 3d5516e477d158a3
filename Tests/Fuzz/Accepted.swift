import Foundation

/// Where inputs are kept that a reader has accepted, with what it has found, for another reader to judge.
enum Accepted {
  private static let most = 50_000
  private static let folder = ProcessInfo.processInfo.environment["FUZZ_ACCEPTED"]
  nonisolated(unsafe) private static var count = 0

  /// Keeps one: a line of what was found, then the input.
  static func keep(_ found: String, _ input: [UInt8]) {
    guard let folder, unsafe count < most else { return }
    unsafe count += 1
    try? (Data((found + "\n").utf8) + Data(input)).write(to: URL(filePath: "\(folder)/\(unsafe count)"))
  }
}
