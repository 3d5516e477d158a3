import ArgumentParser
import Foundation

/// A file that another program reads.
enum ReportFile {
  /// As a whole or not at all; 1 where it can't be written, which is told on standard error.
  static func write(_ bytes: [UInt8], to path: String) throws(ExitCode) {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      Terminal.complain("\(path) can't be written")
      throw ExitCode(1)
    }
  }
}
