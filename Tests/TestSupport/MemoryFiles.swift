package import Configuration

/// Files that exist in a test only.
package struct MemoryFiles: SettingsReading {
  package var files: [String: [UInt8]] = [:]
  /// Files that every user may read.
  package var open: Set<String> = []
  /// Folders that are not there for writing.
  package var folders: [String: FolderAccess] = [:]

  package init(files: [String: [UInt8]] = [:], open: Set<String> = [], folders: [String: FolderAccess] = [:]) {
    self.files = files
    self.open = open
    self.folders = folders
  }

  package func isOpenToOthers(_ path: String) -> Bool { open.contains(path) }
  package func access(toFolder path: String) -> FolderAccess { folders[path] ?? .writable }

  package func contents(of path: String) -> [UInt8]? { files[path] }

  /// In pieces that end anywhere.
  package func read(_ path: String, _ piece: ([UInt8]) -> Void) -> Bool {
    guard let bytes = files[path] else { return false }
    for start in stride(from: 0, to: bytes.count, by: 7) { piece(Array(bytes[start..<min(start + 7, bytes.count)])) }
    return true
  }

  package func names(in folder: String) -> [String]? {
    let prefix = folder == "." ? "" : "\(folder)/"
    return files.keys.filter { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains("/") }.map {
      String($0.dropFirst(prefix.count))
    }.sorted()
  }
}
