import Glibc

/// That one gateway at a time serves from a file: what another one's intents are could not be told from what it left behind.
///
/// It is on the database itself, whatever names that has, and beside SQLite's own locks (flock(2), which does not meet those of fcntl(2)). The
/// system lets go of it when the process ends.
final class ServingLock {
  /// The file that is locked, which may have lost its name since.
  let file: DatabaseFile.Identity
  private let descriptor: Int32

  /// Opens the file without a lock yet.
  init(on file: DatabaseFile) throws(DatabaseFailure) {
    descriptor = unsafe open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .file(errno) }
    guard let identity = DatabaseFile.Identity(ofDescriptor: descriptor) else {
      let failure = DatabaseFailure.file(errno)
      close(descriptor)
      throw failure
    }
    self.file = identity
  }

  /// Takes the lock, unless it is held already.
  func acquire() throws(DatabaseFailure) { guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .inUse } }

  /// To close any descriptor of a file drops all locks that SQLite holds on it in this process (POSIX fcntl): no connection may be open any more.
  deinit { close(descriptor) }
}
