import Foundation
import Secrets

/// The file system.
package struct SettingsDisk: SettingsReading {
  /// Larger than any file that a person writes.
  static let largest = 16 << 20

  package init() {}

  package func contents(of path: String) -> [UInt8]? { RegularFile.contents(of: path, upTo: Self.largest) }

  package func read(_ path: String, _ piece: ([UInt8]) -> Void) -> Bool {
    guard let file = RegularFile(path) else { return false }
    while let bytes = file.next() {
      if bytes.isEmpty { return true }
      piece(bytes)
    }
    return false
  }

  package func names(in folder: String) -> [String]? { (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() }
}
