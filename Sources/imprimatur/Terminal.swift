import Foundation

/// What a person at the terminal reads.
enum Terminal {
  static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
  static func complain(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

  /// A line with its line feed.
  static func complain(_ line: [UInt8]) { FileHandle.standardError.write(Data(line)) }
}
