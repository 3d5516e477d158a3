import Foundation
package import StrictParsers

/// The public conformance vectors beside the repository, or in the folder that IMPRIMATUR_VECTORS names.
package enum VectorFile {
  /// The whole file; nil, loudly, where it is missing.
  package static func bytes(_ path: String) -> [UInt8]? {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let folders: [String?] = [
      ProcessInfo.processInfo.environment["IMPRIMATUR_VECTORS"], root.appendingPathComponent("../shared/vectors").path,
    ]
    for folder in folders.compactMap({ $0 }) {
      if let data = FileManager.default.contents(atPath: "\(folder)/\(path)") { return Array(data) }
    }
    print("VECTORS MISSING: \(path)")
    return nil
  }

  /// The repository's own rows, one JSON object a line, of Tests/Vectors.
  package static func own(_ name: String) throws -> [JSONObject] {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let bytes = Array(try Data(contentsOf: tests.appendingPathComponent("Vectors/\(name).jsonl")))
    return try bytes.split(separator: UInt8(ascii: "\n")).map { try StrictJSON.parseObject($0) }
  }

  /// One JSON object a line.
  package static func rows(_ path: String) throws -> [JSONObject]? {
    try bytes(path)?.split(separator: UInt8(ascii: "\n")).map { try StrictJSON.parseObject($0) }
  }
}
