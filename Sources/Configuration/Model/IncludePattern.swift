import PublisherPolicy
import StrictParsers

/// What a configuration includes: the file of this name, or each of a folder whose name matches. Only in the last part an asterisk may stand.
package struct IncludePattern: Hashable, Sendable {
  let path: String

  /// Whether each line of the files is a publisher.
  var isLines: Bool { path.hasSuffix(".jsonl") }

  private var folder: String? { path.lastIndex(of: "/").map { String(path[..<$0]) } }
  private var name: ClaimPattern {
    ClaimPattern(ExactString(folder.map { path.dropFirst($0.count + 1) } ?? path[...]), ignoringCase: false)
  }

  /// Whether it names one file, which must be there.
  var isLiteral: Bool { name.isLiteral }

  /// Sorted by name.
  package func files(_ reader: any SettingsReading) -> [String] {
    let name = name
    if name.isLiteral { return [path] }
    let names = (reader.names(in: folder ?? ".") ?? []).filter { !$0.hasPrefix(".") && name.matches(ExactString($0)) }
    return names.map { name in folder.map { "\($0)/\(name)" } ?? name }
  }
}
