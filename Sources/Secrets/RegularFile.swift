import Glibc

/// A file of known length that is read from its beginning: no pipe, whose other end may never come, and no device, which may never end.
package struct RegularFile: ~Copyable {
  private static let pieceBytes = 1 << 20
  private let descriptor: CInt

  /// `nil` if there is none that can be read.
  package init?(_ path: String) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// All of it, or as much as shows that it is longer than `limit`; `nil` if it can't be read.
  package static func contents(of path: String, upTo limit: Int) -> [UInt8]? {
    guard let file = RegularFile(path) else { return nil }
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      guard let piece = file.next() else { return nil }
      if piece.isEmpty { break }
      bytes += piece
    }
    return bytes
  }

  /// The next piece, empty at the end; `nil` if it can't be read.
  package func next() -> [UInt8]? {
    var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
    while true {
      let length = unsafe piece.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if length >= 0 {
        piece.removeLast(piece.count - length)
        return piece
      }
      guard errno == EINTR else { return nil }
    }
  }
}
