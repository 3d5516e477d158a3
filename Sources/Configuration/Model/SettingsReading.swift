/// Reads the files of a configuration.
package protocol SettingsReading: Sendable {
  /// `nil` if there is no regular file that can be read. Of one that is larger than any that a person writes, the beginning.
  func contents(of path: String) -> [UInt8]?
  /// Hands on a file of any size, piece by piece. False where it can't be read.
  func read(_ path: String, _ piece: ([UInt8]) -> Void) -> Bool
  /// The names of a folder's entries, sorted; `nil` if it can't be read.
  func names(in folder: String) -> [String]?
  /// Whether users may read a file that are neither its owner nor of its group.
  func isOpenToOthers(_ path: String) -> Bool
  func access(toFolder path: String) -> FolderAccess
}

/// What this process may do with a folder.
package enum FolderAccess: Hashable, Sendable { case writable, unwritable, missing }
