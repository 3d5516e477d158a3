import Glibc
import NIOCore

/// A file without a name, which is gone as soon as nobody holds it, whatever becomes of the process.
final class TemporaryFile: Sendable {
  /// `O_TMPFILE` of open(2), a macro that Swift does not import.
  private static let nameless = 0o20_000_000 | O_DIRECTORY

  let handle: NIOFileHandle

  /// Blocks. Falls back to an unlinked name where the file system knows no nameless files.
  init(in directory: String) throws(SpoolRefusal) {
    var descriptor = unsafe open(directory, Self.nameless | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor < 0, errno == EOPNOTSUPP || errno == EISDIR || errno == ENOENT {
      var template = Array("\(directory)/imprimatur-XXXXXX".utf8CString)
      descriptor = unsafe template.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return -1 }
        let descriptor = unsafe mkstemp(base)
        if descriptor >= 0 { unsafe unlink(base) }
        return descriptor
      }
    }
    guard descriptor >= 0 else { throw errno == ENOSPC || errno == EDQUOT ? .diskFull : .unavailable }
    handle = NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor)
  }

  deinit { try? handle.close() }

  /// Blocks. Writes all of `bytes` at `offset`.
  func write(_ bytes: ByteBufferView, at offset: Int64) throws(SpoolRefusal) {
    let failure: SpoolRefusal? = unsafe bytes.withUnsafeBytes { buffer in
      var written = 0
      while written < buffer.count {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        let count = withDescriptor { unsafe pwrite($0, rest.baseAddress, rest.count, off_t(offset) + off_t(written)) }
        if count < 0 {
          if errno == EINTR { continue }
          return errno == ENOSPC || errno == EDQUOT ? .diskFull : .unavailable
        }
        written += count
      }
      return nil
    }
    if let failure { throw failure }
  }

  /// Blocks. Reads `count` bytes at `offset`, fewer only at the file's end.
  func read(at offset: Int64, count: Int) throws(SpoolRefusal) -> [UInt8] {
    var failed = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while initialized < count {
        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[initialized...])
        let got = withDescriptor { unsafe pread($0, rest.baseAddress, rest.count, off_t(offset) + off_t(initialized)) }
        if got < 0 {
          if errno == EINTR { continue }
          failed = true
          return
        }
        if got == 0 { return }
        initialized += got
      }
    }
    if failed { throw .unavailable }
    return bytes
  }

  private func withDescriptor(_ body: (CInt) -> Int) -> Int {
    do {
      return try handle.withUnsafeFileDescriptor { body($0) }
    } catch {
      errno = EBADF
      return -1
    }
  }
}
