package import StrictParsers

/// Findings in files, as the Static Analysis Results Interchange Format 2.1.0 (OASIS, 2020) writes them.
package struct SARIFLog {
  package struct Rule: Sendable {
    let id: String
    let explanation: String

    package init(id: String, explanation: String) {
      self.id = id
      self.explanation = explanation
    }
  }

  package struct Finding: Sendable {
    /// One of the log's rules.
    let rule: String
    let isError: Bool
    let message: String
    let file: String
    /// From 1, the column in characters.
    let line: Int
    let column: Int

    package init(rule: String, isError: Bool, message: String, file: String, line: Int, column: Int) {
      self.rule = rule
      self.isError = isError
      self.message = message
      self.file = file
      self.line = line
      self.column = column
    }
  }

  private let version: String
  private let rules: [Rule]
  private let findings: [Finding]
  private let folder: String

  /// - Parameters:
  ///   - version: The tool's.
  ///   - folder: The absolute path of the folder to which the findings' files are relative.
  package init(version: String, rules: [Rule], findings: [Finding], in folder: String) {
    self.version = version
    self.rules = rules
    self.findings = findings
    self.folder = folder
  }

  package var json: JSONValue {
    .members {
      $0.add("$schema", "https://json.schemastore.org/sarif-2.1.0.json")
      $0.add("version", "2.1.0")
      $0.add(
        "runs",
        [
          .members {
            $0.add("tool") {
              $0.add("driver") {
                $0.add("name", "imprimatur")
                $0.add("version", version)
                $0.add("rules", rules.map(\.json))
              }
            }
            // As libyaml counts.
            $0.add("columnKind", "unicodeCodePoints")
            $0.add("results", findings.map { result($0) })
          }
        ])
    }
  }

  private func result(_ finding: Finding) -> JSONValue {
    .members {
      $0.add("ruleId", finding.rule)
      if let index = rules.firstIndex(where: { $0.id == finding.rule }) { $0.add("ruleIndex", index) }
      $0.add("level", finding.isError ? "error" : "warning")
      $0.add("message") { $0.add("text", finding.message) }
      $0.add(
        "locations",
        [
          .members {
            $0.add("physicalLocation") {
              $0.add("artifactLocation") { $0.add("uri", FileReference(finding.file, from: folder).uri) }
              $0.add("region") {
                $0.add("startLine", finding.line)
                $0.add("startColumn", finding.column)
              }
            }
          }
        ])
    }
  }
}

extension SARIFLog.Rule {
  fileprivate var json: JSONValue {
    .members {
      $0.add("id", id)
      $0.add("shortDescription") { $0.add("text", explanation) }
    }
  }
}

/// A file as a URI reference (RFC 3986, section 4.1): relative where it lies below a folder.
struct FileReference {
  let uri: String

  init(_ path: String, from folder: String) {
    let base = Self.segments(folder)
    let segments = Self.segments(path.utf8.first == UInt8(ascii: "/") ? path : "\(folder)/\(path)")
    let isBelow = segments.count > base.count && segments.prefix(base.count).elementsEqual(base, by: { $0.elementsEqual($1) })
    let encoded = (isBelow ? segments.dropFirst(base.count) : segments[...]).map { PercentEncoding.encode($0) }.joined(separator: "/")
    uri = isBelow ? encoded : "file:///\(encoded)"
  }

  /// Of an absolute path, as bytes, without `.` and `..`.
  private static func segments(_ path: String) -> [[UInt8]] {
    var segments: [[UInt8]] = []
    for segment in path.utf8.split(separator: UInt8(ascii: "/")).map(Array.init) where segment != Array(".".utf8) {
      if segment == Array("..".utf8) { _ = segments.popLast() } else { segments.append(segment) }
    }
    return segments
  }
}
