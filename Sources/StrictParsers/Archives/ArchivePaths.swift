/// The paths of an archive, kept by hashes that the archive's author can't foresee: which of them are folders, and which something else.
struct ArchivePaths {
  private var folders: Set<Int> = []
  /// What is no folder, with a hash of what it is where that is known.
  private var others: [Int: Int?] = [:]

  var count: Int { folders.count + others.count }

  /// Takes note of a path and of the folders that it lies in. `nil` if one of them is both a folder and something else.
  mutating func insert(_ name: ExactString, isFolder: Bool) -> Int? {
    var hasher = Hasher()
    var rest = name.utf8[...]
    while let slash = rest.firstIndex(of: UInt8(ascii: "/")) {
      ExactString(Substring(rest[..<slash])).hash(into: &hasher)
      guard insert(folder: hasher.finalize()) else { return nil }
      rest = rest[slash...].dropFirst()
    }
    ExactString(Substring(rest)).hash(into: &hasher)
    let path = hasher.finalize()
    if isFolder { return insert(folder: path) ? path : nil }
    guard !folders.contains(path) else { return nil }
    if others[path] == nil { others[path] = .some(nil) }
    return path
  }

  private mutating func insert(folder: Int) -> Bool {
    guard others[folder] == nil else { return false }
    folders.insert(folder)
    return true
  }

  /// Whether the path is the first of its name, or is what that was.
  mutating func note(_ fingerprint: Int, of path: Int) -> Bool {
    guard let earlier = others[path] ?? nil else {
      others[path] = fingerprint
      return true
    }
    return earlier == fingerprint
  }
}
