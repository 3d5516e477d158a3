import Foundation
import Secrets
import TestSupport
import Testing

@Suite("A file's version") struct FileVersionTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.write("secret", to: "token")
  }

  @Test("is the same as long as the file is") func same() throws {
    let version = try #require(FileVersion(of: path))
    #expect(FileVersion(of: path) == version)
  }

  @Test("is another one however the file was changed", arguments: ["longer", "later", "a fraction later", "replaced"])
  func other(change: String) throws {
    let manager = FileManager.default
    let before = try #require(FileVersion(of: path))
    let written = try #require(try manager.attributesOfItem(atPath: path)[.modificationDate] as? Date)
    switch change {
    case "longer":
      folder.write("secrets", to: "token")
      try manager.setAttributes([.modificationDate: written], ofItemAtPath: path)
    case "later": try manager.setAttributes([.modificationDate: written.addingTimeInterval(1)], ofItemAtPath: path)
    case "a fraction later": try manager.setAttributes([.modificationDate: written.addingTimeInterval(0.001)], ofItemAtPath: path)
    default:
      let other = folder.write("secrez", to: "other")
      try manager.setAttributes([.modificationDate: written], ofItemAtPath: other)
      try #require(unsafe rename(other, path) == 0)
    }
    #expect(FileVersion(of: path) != before)
  }

  @Test("is that of what a link leads to") func link() throws {
    let other = folder.write("other", to: "other")
    let link = "\(folder.path)/link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    #expect(FileVersion(of: link) == FileVersion(of: path))
    try FileManager.default.removeItem(atPath: link)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: other)
    #expect(FileVersion(of: link) == FileVersion(of: other))
    #expect(FileVersion(of: link) != FileVersion(of: path))
  }

  @Test("is none where there is no file") func absent() throws {
    #expect(FileVersion(of: "\(folder.path)/absent") == nil)
    try FileManager.default.removeItem(atPath: path)
    #expect(FileVersion(of: path) == nil)
  }
}
