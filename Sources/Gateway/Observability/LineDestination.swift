import Glibc

/// Where lines go.
package enum LineDestination: Hashable, Sendable {
  case standardOutput
  /// Appended to; made where it is missing, for its user and readable for its group.
  case file(path: String)
}

extension LineDestination {
  /// At most so many of the last bytes that were written to a file; none where it can't be read, or is none.
  func lastBytes(_ count: Int) -> [UInt8] {
    guard case .file(let path) = self else { return [] }
    // Not to wait for a pipe's other end.
    let descriptor = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    let size = lseek(descriptor, 0, SEEK_END)
    guard size > 0 else { return [] }
    var offset = max(0, size - count)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < count {
      let length = unsafe buffer.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, offset) }
      guard length > 0 else { break }
      bytes.append(contentsOf: buffer.prefix(length))
      offset += length
    }
    return bytes
  }
}

/// The descriptor of a destination, and how far the last line got on it.
///
/// It belongs to one thread at a time.
struct LineOutput: ~Copyable {
  private let destination: LineDestination
  private var descriptor: CInt = -1
  /// How much of the first line of the next `write` is there already, because the disk filled up within it.
  private var torn = 0

  init(_ destination: LineDestination) { self.destination = destination }

  deinit { if case .file = destination, descriptor >= 0 { close(descriptor) } }

  /// Forgets the file, whose name may have been given to another one; the next `write` opens it.
  mutating func reopen() {
    if case .file = destination, descriptor >= 0 { close(descriptor) }
    descriptor = -1
    torn = 0
  }

  /// `errno` where the destination can't be opened, else nil.
  mutating func open() -> CInt? {
    guard descriptor < 0 else { return nil }
    switch destination {
    case .standardOutput: descriptor = STDOUT_FILENO
    case .file(let path): descriptor = unsafe Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
    }
    guard descriptor >= 0 else { return errno }
    // A line that a crash cut off must not swallow the next one.
    if let last = destination.lastBytes(1).last, last != UInt8(ascii: "\n") {
      if let failure = write([UInt8(ascii: "\n")]) {
        reopen()
        return failure
      }
    }
    return nil
  }

  /// Writes a line by one write(2), or what is missing of it after a failure. `errno` where not all of it could be written, else nil.
  mutating func write(_ line: [UInt8]) -> CInt? {
    if let failure = open() { return failure }
    while torn < line.count {
      let written = unsafe line.withUnsafeBytes { bytes in
        unsafe Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: bytes.dropFirst(torn)).baseAddress, bytes.count - torn)
      }
      if written > 0 {
        torn += written
      } else if written == 0 {
        return ENOSPC
      } else if errno == EAGAIN {
        guard waitUntilWritable() else { return EAGAIN }
      } else if errno != EINTR {
        return errno
      }
    }
    torn = 0
    return nil
  }

  /// A pipe that somebody has set to non-blocking is waited for, but not for ever.
  private func waitUntilWritable() -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&request, 1, 1000) > 0
  }
}
