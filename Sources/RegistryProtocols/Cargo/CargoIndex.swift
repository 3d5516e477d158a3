import PublisherPolicy
import StrictParsers

/// The sparse index (The Cargo Book, "Index Format"): `config.json`, and a file for each crate with a line of JSON for each of its versions.
enum CargoIndex {
  static let configuration: ExactString = "config.json"
  /// Where registries have their index, below the URL before `/api/v1/crates/new`.
  static let places: [ExactString] = ["", "/api/v1/crates", "/index"]

  /// Whether a path is that of the configuration of an index at one of these places.
  static func isConfiguration(_ path: RoutedPath, in places: [ExactString]) -> Bool {
    places.contains { path.segments == segments(of: $0) + [configuration] }
  }

  /// The crate whose own file a path names, in an index at one of these places; `nil` if it is not such a file's.
  static func crate(at path: RoutedPath, in places: [ExactString]) -> CrateName? {
    guard let name = path.segments.last.flatMap({ CrateName($0) }) else { return nil }
    let file = folder(of: name) + [name.written]
    let isFile = places.contains { place in
      let place = segments(of: place)
      return path.segments.starts(with: place) && path.segments.dropFirst(place.count).elementsEqual(file, by: ASCII.equalIgnoringCase)
    }
    return isFile ? name : nil
  }

  private static func segments(of place: ExactString) -> [ExactString] { place.text.split(separator: "/").map { ExactString($0) } }

  /// The segments before a file's own name.
  private static func folder(of name: CrateName) -> [ExactString] {
    let text = Array(ASCII.lowercased(name.written.utf8))
    func part(_ range: Range<Int>) -> ExactString { ExactString(String(decoding: text[range], as: UTF8.self)) }
    switch text.count {
    case 1: return ["1"]
    case 2: return ["2"]
    case 3: return ["3", part(0..<1)]
    default: return [part(0..<2), part(2..<4)]
    }
  }

  /// Asks each index for the crate under each of its spellings: some registries keep `-` and `_` apart.
  static func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, in places: [ExactString]) -> [ExistenceProbe] {
    let written = ASCII.lowercased(target.writtenName).text
    let spellings = [written, written.replacing("_", with: "-"), written.replacing("-", with: "_")]
    let names = spellings.enumerated().filter { !spellings[..<$0.offset].contains($0.element) }.compactMap {
      CrateName(ExactString($0.element))
    }
    return places.flatMap { place in
      names.map { name in
        let path = (folder(of: name) + [name.written]).map(\.text).joined(separator: "/")
        return ExistenceProbe(.get, ExactString("\(place)/\(path)")) { answer in
          let existence = Existence(ofStatus: answer.status)
          return existence == .exists ? self.existence(of: subject, target, in: lines(of: answer, about: target)) : existence
        }
      }
    }
  }

  /// A crate of another spelling is another crate to some registries, and the same one to others.
  private static func existence(of subject: ExistenceProbe.Subject, _ target: PublishTarget, in lines: [Line]) -> Existence {
    let meant = subject == .package ? lines : lines.filter { $0.version == target.version?.canonical }
    guard let last = meant.last else { return .absent }
    return meant.contains { $0.name.written == target.writtenName } ? .exists : .existsAs(last.name.written)
  }

  /// What the index says of one version of a crate.
  private struct Line {
    let name: CrateName
    /// As it is compared: without build metadata.
    let version: ExactString
  }

  /// The lines that are of the crate. A page for people, which some registries have for each path, has none.
  private static func lines(of answer: ExistenceProbe.Answer, about target: PublishTarget) -> [Line] {
    answer.body.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let object = try? StrictJSON.parseObject(line), let name = object["name"]?.string.flatMap({ CrateName($0) }),
        name.canonical == target.package.canonical, let version = object["vers"]?.string
      else {
        return nil
      }
      return Line(name: name, version: SemanticVersion(version)?.identity ?? version)
    }
  }
}
