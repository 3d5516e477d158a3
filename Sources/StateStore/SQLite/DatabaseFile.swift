import Glibc

/// The file of a database, which must stay the same one for as long as it is used.
struct DatabaseFile {
  /// Which file a path names.
  struct Identity: Hashable {
    private let device: UInt64
    private let node: UInt64

    /// `nil` if it names nothing.
    init?(ofDescriptor descriptor: Int32) {
      var status = stat()
      guard unsafe fstat(descriptor, &status) == 0 else { return nil }
      self.init(status)
    }

    fileprivate init(_ status: stat) {
      device = UInt64(status.st_dev)
      node = UInt64(status.st_ino)
    }
  }

  let path: String

  /// Makes an empty file for this user only, where there is none. SQLite gives its log the same mode.
  ///
  /// A file that exists is not opened: to close it again would drop the locks that this process may hold on it (POSIX fcntl).
  func createIfMissing() throws(DatabaseFailure) {
    let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      close(descriptor)
    } else if errno != EEXIST {
      throw .file(errno)
    }
  }

  /// SQLite takes whatever is shorter than its smallest page for an empty database, which it overwrites, and whose log it removes.
  func refuseFragment(orEmpty: Bool) throws(DatabaseFailure) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { throw .file(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .foreign }
    guard status.st_size > 0 || !orEmpty else { throw .replaced }
    guard status.st_size == 0 || status.st_size >= 512 else { throw .foreign }
  }

  /// `nil` if the path names nothing.
  var identity: Identity? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return Identity(status)
  }
}
