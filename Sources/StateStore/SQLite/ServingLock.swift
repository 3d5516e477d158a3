import Glibc

/// That one gateway at a time serves from a file: what another one's intents are could not be told from what it left behind.
///
/// It is a lock on a file of its own, since closing any descriptor of the database would drop SQLite's locks on it (POSIX fcntl). The system
/// lets go of it when the process ends.
final class ServingLock {
  private let descriptor: Int32

  init(besides file: DatabaseFile) throws(DatabaseFailure) {
    let descriptor = unsafe Glibc.open("\(file.realPath)-lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw .inUse
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}
