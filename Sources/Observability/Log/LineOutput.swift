import Glibc

/// The descriptor of a destination, and how far the last line got on it.
///
/// It belongs to one thread at a time.
struct LineOutput: ~Copyable {
  /// What is kept free for essential lines on a disk that has so much: some 50,000 records. On a smaller one it is an eighth.
  private static let reservedBytes: UInt64 = 64 << 20

  private let destination: LineDestination
  private var descriptor: CInt = -1
  /// How many bytes of several lines are written at once. Of a pipe that others write to as well, no more than PIPE_BUF: more may be torn apart (POSIX,
  /// write).
  private(set) var largestWrite = 4096
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
    var status = stat()
    let isFile = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    largestWrite = isFile ? 64 << 10 : 4096
    // A line that a crash cut off must not swallow the next one.
    if let last = destination.lastBytes(1).last, last != UInt8(ascii: "\n") {
      if let failure = write([UInt8(ascii: "\n")]) {
        reopen()
        return failure
      }
    }
    return nil
  }

  /// Whether only a part of the last line could be written.
  var isTorn: Bool { torn > 0 }

  /// Whether so many bytes can be written without touching what is kept for essential lines. True if it is not a file, or its disk does not say.
  func hasRoom(for bytes: Int) -> Bool {
    guard case .file = destination, descriptor >= 0 else { return true }
    var disk = statvfs()
    guard unsafe fstatvfs(descriptor, &disk) == 0, disk.f_blocks > 0 else { return true }
    // File systems in user space pass on whatever a server says.
    let (free, isEndless) = UInt64(disk.f_bavail).multipliedReportingOverflow(by: UInt64(disk.f_frsize))
    guard !isEndless else { return true }
    let (size, isHuge) = UInt64(disk.f_blocks).multipliedReportingOverflow(by: UInt64(disk.f_frsize))
    let reserved = isHuge ? Self.reservedBytes : min(Self.reservedBytes, size / 8)
    return free > reserved && free - reserved >= UInt64(bytes)
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

  /// Writes lines by one write(2). Returns how many of them are there, and `errno` where not all of them could be written; of the first that is not, what is
  /// missing is written next.
  mutating func write(_ lines: ArraySlice<[UInt8]>) -> (whole: Int, failure: CInt?) {
    var all = lines.first ?? []
    for line in lines.dropFirst() { all.append(contentsOf: line) }
    guard let failure = write(all) else { return (lines.count, nil) }
    var whole = 0
    for line in lines where torn >= line.count {
      torn -= line.count
      whole += 1
    }
    return (whole, failure)
  }

  /// A pipe that somebody has set to non-blocking is waited for, but not for ever.
  private func waitUntilWritable() -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return unsafe poll(&request, 1, 1000) > 0
  }
}
