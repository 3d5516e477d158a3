import Foundation
import Secrets
import TestSupport
import Testing

@testable import Configuration

@Suite("Files of a configuration") struct SettingsDiskTests {
  @Test("are read to their end, in pieces and at once", arguments: [0, 1, 1 << 20, (1 << 20) + 1])
  func contents(length: Int) throws {
    let folder = try TemporaryFolder()
    let content = [UInt8](repeating: 0x61, count: length)
    try Data(content).write(to: URL(filePath: "\(folder.path)/file"))
    #expect(SettingsDisk().contents(of: "\(folder.path)/file") == content)
    var pieces: [UInt8] = []
    #expect(SettingsDisk().read("\(folder.path)/file") { pieces += $0 })
    #expect(pieces == content)
    #expect(RegularFile.contents(of: "\(folder.path)/file", upTo: 10).map { $0.count > 10 } == (length > 10))
  }

  @Test(
    "are regular ones: a pipe would be waited for, a device never ends",
    arguments: ["pipe", "/dev/zero", "link to /dev/zero", "folder", "none"])
  func others(kind: String) throws {
    let folder = try TemporaryFolder()
    let path = kind.hasPrefix("/") ? kind : "\(folder.path)/file"
    switch kind {
    case "pipe": #expect(unsafe mkfifo(path, 0o600) == 0)
    case "link to /dev/zero": try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
    case "folder": try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    default: break
    }
    #expect(SettingsDisk().contents(of: path) == nil)
    #expect(!SettingsDisk().read(path) { _ in })
    #expect(throws: SecretSource.Fault.unreadable(path)) { try SecretSource.file(path).read([:]) }
  }

  @Test("have lines of which no more is kept than shows that they are too long")
  func longLines() {
    var lines = LineSplitter(longest: 4)
    var found: [(Int, Int)] = []
    for piece in ["ab", "cd\nabc", "defgh", "ijklm", "\n", "abcdefgh\nx"] { lines.add(Array(piece.utf8)) { found.append(($0.count, $1)) } }
    lines.finish { found.append(($0.count, $1)) }
    #expect(found.map(\.1) == [1, 2, 3, 4])
    #expect(found.map(\.0) == [4, 5, 8, 1])
  }
}
