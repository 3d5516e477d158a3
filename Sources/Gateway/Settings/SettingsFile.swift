import Digests
import Foundation
package import Observability
import PublisherPolicy
package import RegistryProtocols
import Secrets
import StrictParsers
import TokenVerification
import Yams

/// Reads the files of a configuration.
package protocol SettingsReading: Sendable {
  /// `nil` if there is no regular file that can be read. Of one that is larger than any that a person writes, the beginning.
  func contents(of path: String) -> [UInt8]?
  /// Hands on a file of any size, piece by piece. False where it can't be read.
  func read(_ path: String, _ piece: ([UInt8]) -> Void) -> Bool
  /// The names of a folder's entries, sorted; `nil` if it can't be read.
  func names(in folder: String) -> [String]?
  /// Whether users may read a file that are neither its owner nor of its group.
  func isOpenToOthers(_ path: String) -> Bool
  func access(toFolder path: String) -> FolderAccess
}

/// What this process may do with a folder.
package enum FolderAccess: Hashable, Sendable { case writable, unwritable, missing }

/// The file system.
package struct SettingsDisk: SettingsReading {
  /// Larger than any file that a person writes.
  static let largest = 16 << 20

  package init() {}

  package func contents(of path: String) -> [UInt8]? { RegularFile.contents(of: path, upTo: Self.largest) }

  package func read(_ path: String, _ piece: ([UInt8]) -> Void) -> Bool {
    guard let file = RegularFile(path) else { return false }
    while let bytes = file.next() {
      if bytes.isEmpty { return true }
      piece(bytes)
    }
    return false
  }

  package func names(in folder: String) -> [String]? { (try? FileManager.default.contentsOfDirectory(atPath: folder))?.sorted() }
}

/// A configuration's file, and those that it includes.
package enum SettingsFile {
  /// What a configuration is read for.
  package enum Purpose: Hashable, Sendable {
    case serving
    /// To tell all that is wrong, on the machine that serves and at this time.
    case checking(at: Timestamp)
    /// To tell what is wrong with what is written, where secrets, certificates and folders may be elsewhere.
    case reviewing(at: Timestamp)
    /// Only what decides: secrets and certificates may be elsewhere.
    case judging
    /// Only where the state is, for commands that must work although the rest is wrong.
    case operating

    /// Whether secrets and certificates must be there.
    var looksIntoFiles: Bool {
      switch self {
      case .serving, .checking: true
      case .reviewing, .judging, .operating: false
      }
    }

    /// The time by which to tell what is over; `nil` if that is of no account.
    var time: UnixTime? {
      switch self {
      case .checking(let time), .reviewing(let time): time.unixTime
      case .serving, .judging, .operating: nil
      }
    }
  }

  /// All that is wrong with a configuration, and its settings unless some of it is an error.
  ///
  /// - Parameters:
  ///   - tests: Files of policy tests that are no part of the configuration.
  ///   - ecosystems: Whose registries there can be.
  package static func load(
    _ path: String, environment: [String: String], reading reader: any SettingsReading, for purpose: Purpose = .serving,
    tests: [String] = [], ecosystems: [Ecosystem] = RegistryCatalog.all
  ) -> (settings: Settings?, problems: [SettingsProblem]) {
    let problems = SettingsProblems()
    var files = SettingsFiles(reader: reader, problems: problems)
    var settings: Settings?
    if let root = files.parse(path) {
      let schema = SettingsSchema(environment: environment, reader: reader, purpose: purpose, ecosystems: ecosystems, problems: problems)
      settings = schema.read(root, &files, tests: tests)
    }
    let sorted = problems.all.sorted { ($0.file, $0.line, $0.column) < ($1.file, $1.line, $1.column) }
    let isUsable =
      switch purpose {
      case .serving, .checking, .reviewing, .judging: !problems.hasErrors
      case .operating:
        !problems.all.contains { problem in
          problem.severity == .error && ["state", "version"].contains { problem.keyPath.utf8.starts(with: $0.utf8) }
        }
      }
    return (isUsable ? settings : nil, sorted)
  }

  fileprivate static func isTooLarge(_ bytes: [UInt8]) -> Bool { bytes.count > SettingsDisk.largest }
}

/// The files that were read, with the digest over all of them.
struct SettingsFiles {
  let reader: any SettingsReading
  let problems: SettingsProblems
  private(set) var paths: [String] = []
  private(set) var includes: [IncludePattern] = []
  /// What stands under `tests` in any of them.
  private(set) var tests: [SettingsNode] = []
  private var hash = SHA256()

  init(reader: any SettingsReading, problems: SettingsProblems) {
    self.reader = reader
    self.problems = problems
  }

  var digest: SHA256Digest { hash.finalize() }

  /// Counts a file whose change is a change of the configuration, though it is not read as one.
  mutating func watch(_ path: String) { paths.append(path) }

  /// Counts a pattern, so that a file that it comes to match is a change, too.
  mutating func watch(_ include: IncludePattern) { includes.append(include) }

  mutating func note(tests node: SettingsNode?) { if let node { tests.append(node) } }

  /// The one document of a file; nil, and a problem, where it has none.
  mutating func parse(_ path: String) -> SettingsNode? {
    paths.append(path)
    guard let bytes = reader.contents(of: path) else { return fail(path, .unreadable, "can't be read") }
    guard !SettingsFile.isTooLarge(bytes) else { return fail(path, .unreadable, "is larger than 16 MiB") }
    guard let text = ExactString(utf8: bytes) else { return fail(path, .unreadable, "is not UTF-8") }
    hash.update(Array("\(path.utf8.count):\(path)\(bytes.count):".utf8))
    hash.update(bytes)
    do {
      guard let document = try YAMLDocument(text.text) else { return fail(path, .unreadable, "is empty") }
      return document.checked(file: path, problems: problems)
    } catch let error as YamlError {
      return fail(path, error)
    } catch {
      return fail(path, .syntax, "is not YAML")
    }
  }

  /// Hands on the lines of a file, which may be very large, with their numbers from 1. False, and a problem, where it can't be read.
  mutating func lines(of path: String, _ line: (ArraySlice<UInt8>, Int) -> Void) -> Bool {
    paths.append(path)
    hash.update(Array("\(path.utf8.count):\(path)".utf8))
    var lines = LineSplitter(longest: SettingsSchema.longestLine)
    let isRead = reader.read(path) { piece in
      hash.update(piece)
      lines.add(piece, line)
    }
    lines.finish(line)
    hash.update(Array(":\(lines.bytes)".utf8))
    if !isRead { _ = fail(path, .unreadable, "can't be read") }
    return isRead
  }

  private func fail(
    _ path: String, _ rule: SettingsProblem.Rule, _ message: String, line: Int = 1, column: Int = 1
  ) -> SettingsNode? {
    problems.add(SettingsProblem(file: path, line: line, column: column, severity: .error, rule: rule, message: message))
    return nil
  }

  private func fail(_ path: String, _ error: YamlError) -> SettingsNode? {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
      fail(path, .syntax, "is not YAML: \(problem)", line: mark.line, column: mark.column)
    case .duplicatedKeysInMapping(let keys, let context):
      fail(path, .syntax, "the key \(keys.joined(separator: ", ")) stands twice", line: context.mark.line, column: context.mark.column)
    case .reader(let problem, let offset, _, let text):
      fail(path, .syntax, "is not YAML: \(problem)", line: 1 + text.prefix(offset ?? 0).count { $0.isNewline })
    default: fail(path, .syntax, "is not YAML")
    }
  }
}
