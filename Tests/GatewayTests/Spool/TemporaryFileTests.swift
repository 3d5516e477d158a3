import Foundation
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Gateway

@Suite("A nameless file") struct TemporaryFileTests {
  private static func view(_ text: String) -> ByteBufferView { ByteBuffer(string: text).readableBytesView }

  @Test(
    "gives back what was written at each place, and fewer bytes only at its end",
    arguments: [(0, 11, "hello world"), (6, 5, "world"), (0, 5, "hello"), (6, 100, "world"), (11, 1, ""), (100, 1, ""), (3, 0, "")]
      as [(Int64, Int, String)])
  func read(offset: Int64, count: Int, expected: String) throws {
    let folder = try TemporaryFolder()
    let file = try TemporaryFile(in: folder.path)
    try file.write(Self.view("world"), at: 6)
    try file.write(Self.view("hello "), at: 0)
    #expect(text(try file.read(at: offset, count: count)) == expected)
  }

  @Test("writes the bytes of a view, and of what lies around it none")
  func slice() throws {
    let folder = try TemporaryFolder()
    let file = try TemporaryFile(in: folder.path)
    var buffer = ByteBuffer(string: "before-middle-after")
    buffer.moveReaderIndex(forwardBy: 7)
    let middle = buffer.readSlice(length: 6)
    try file.write(try #require(middle).readableBytesView, at: 2)
    #expect(try file.read(at: 0, count: 100) == [0, 0] + Array("middle".utf8))
  }

  @Test("has no name while it is there, and nobody but its owner could read it")
  func nameless() throws {
    let folder = try TemporaryFolder()
    let file = try TemporaryFile(in: folder.path)
    try file.write(Self.view("x"), at: 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    let mode = try file.handle.withUnsafeFileDescriptor { descriptor in
      var status = stat()
      #expect(unsafe fstat(descriptor, &status) == 0)
      #expect(status.st_nlink == 0)
      return status.st_mode & 0o777
    }
    #expect(mode == 0o600)
  }

  @Test("is refused where its folder is not there")
  func noFolder() {
    #expect(throws: SpoolRefusal.unavailable) { try TemporaryFile(in: "/nonexistent/spool") }
  }

  @Test("can be neither written nor read once it was closed")
  func closed() throws {
    let folder = try TemporaryFolder()
    let file = try TemporaryFile(in: folder.path)
    try file.handle.close()
    #expect(throws: SpoolRefusal.unavailable) { try file.write(Self.view("x"), at: 0) }
    #expect(throws: SpoolRefusal.unavailable) { try file.read(at: 0, count: 1) }
  }

  @Test("says of a full disk that it is full")
  func full() throws {
    // Every write to it fails as on a full disk.
    let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
    defer { try? full.close() }
    let folder = try TemporaryFolder()
    let file = try TemporaryFile(in: folder.path)
    try file.handle.withUnsafeFileDescriptor { descriptor in #expect(dup2(full.fileDescriptor, descriptor) == descriptor) }
    #expect(throws: SpoolRefusal.diskFull) { try file.write(Self.view("x"), at: 0) }
  }

  @Test("is worked on by a pool of threads, and not at all once that is shut down")
  func threads() async throws {
    let pool = NIOThreadPool(numberOfThreads: 1)
    pool.start()
    #expect(try await pool.run(orFail: SpoolRefusal.unavailable) { () throws(SpoolRefusal) in 7 } == 7)
    await #expect(throws: SpoolRefusal.diskFull) {
      try await pool.run(orFail: SpoolRefusal.unavailable) { () throws(SpoolRefusal) in throw .diskFull }
    }
    try await pool.shutdownGracefully()
    await #expect(throws: SpoolRefusal.unavailable) {
      try await pool.run(orFail: SpoolRefusal.unavailable) { () throws(SpoolRefusal) in 7 }
    }
  }
}
