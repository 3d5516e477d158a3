import Digests
import StrictParsers
import Yams

/// The files that were read, with the digest over all of them.
struct SettingsFiles {
  static let longestLine = 1 << 20

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
    guard bytes.count <= SettingsDisk.largest else { return fail(path, .unreadable, "is larger than 16 MiB") }
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
    var lines = LineSplitter(longest: Self.longestLine)
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
