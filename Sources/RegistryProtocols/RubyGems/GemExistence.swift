import PublisherPolicy
import StrictParsers

/// How a gem server is asked for a gem, or for one file of it, by what its clients read before they install.
enum GemExistence {
  /// The compact index, and the index before it, which Marshal writes.
  static let listings = ["/versions", "/specs.4.8.gz"]

  static func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget) -> [ExistenceProbe] {
    let name = target.package.canonical
    switch subject {
    case .package:
      return [
        ExistenceProbe(.get, ExactString("/info/\(name)")) { $0.status == 200 ? ofInfo($0.body) : Existence(ofStatus: $0.status) },
        ExistenceProbe(.get, ExactString("/api/v1/dependencies?gems=\(name)")) {
          $0.status == 200 ? ofDependencies($0.body) : Existence(ofStatus: $0.status)
        },
      ]
    case .file:
      let names = [target.file] + target.otherFiles
      // The specification has the name that was written, where the gem may have the one that the server has made of it.
      let files = names.flatMap { file in
        ["/quick/Marshal.4.8/\(stem(of: file)).gemspec.rz", "/gems/\(file)"].map { ExistenceProbe(byStatusOf: ExactString($0)) }
      }
      return files + [
        ExistenceProbe(.get, ExactString("/info/\(name)")) {
          $0.status == 200 ? lists(target, names, in: $0.body) ? .exists : .absent : Existence(ofStatus: $0.status)
        }
      ]
    }
  }

  private static func stem(of file: ExactString) -> String { String(decoding: file.utf8.dropLast(".gem".utf8.count), as: UTF8.self) }

  /// Whether a line is of an equal version for a platform of these files: `1.0` and `1.0.0` answer to the same requirement.
  private static func lists(_ target: PublishTarget, _ files: [ExactString], in body: [UInt8]) -> Bool {
    guard let version = target.version, let key = GemVersion(version.written)?.key else { return false }
    let platforms = files.map { stem(of: $0).dropFirst("\(target.package.canonical)-\(version.written)".count) }
    return body.split(separator: 0x0A).contains { line in
      let words = String(decoding: line.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self).split(
        separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
      guard let written = words.first, GemVersion(ExactString(written))?.key == key else { return false }
      return platforms.contains(words.count == 2 ? "-\(words[1])" : "")
    }
  }

  /// A line for each version, behind `---`.
  private static func ofInfo(_ body: [UInt8]) -> Existence {
    let lines = body.split(separator: 0x0A)
    guard let mark = lines.firstIndex(where: { $0.elementsEqual("---".utf8) }) else { return .unknown }
    return mark == lines.count - 1 ? .absent : .exists
  }

  /// Marshal's array, version 4.8: empty or not.
  private static func ofDependencies(_ body: [UInt8]) -> Existence {
    guard body.starts(with: [0x04, 0x08, UInt8(ascii: "[")]), body.count > 3 else { return .unknown }
    return body[3] == 0 ? .absent : .exists
  }
}
