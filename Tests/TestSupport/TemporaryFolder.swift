import Foundation
import Testing

/// A folder that is gone after the test.
package final class TemporaryFolder: Sendable {
  package let path = FileManager.default.temporaryDirectory.appendingPathComponent("imprimatur-\(UUID().uuidString)").path

  package init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file with this text, new or replaced.
  @discardableResult package func write(_ text: String, to name: String) -> String {
    let file = URL(fileURLWithPath: "\(path)/\(name)")
    try? FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    #expect(FileManager.default.createFile(atPath: file.path, contents: Data(text.utf8)))
    return file.path
  }
}
