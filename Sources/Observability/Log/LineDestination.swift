import Glibc

/// Where lines go.
package enum LineDestination: Hashable, Sendable {
  case standardOutput
  /// Appended to; made where it is missing, for its user and readable for its group.
  case file(path: String)
}

extension LineDestination {
  /// At most so many of the last bytes that were written to a file; none where it can't be read, or is none.
  package func lastBytes(_ count: Int) -> [UInt8] {
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
