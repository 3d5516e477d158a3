import PublisherPolicy
import StrictParsers

/// The sparse index (The Cargo Book, "Index Format"): `config.json`, and a file for each crate with a line of JSON for each of its versions.
enum CargoIndex {
  static let configuration: ExactString = "config.json"
  /// Where registries have their index, below the URL before `/api/v1/crates/new`.
  static let places: [ExactString] = ["", "/api/v1/crates", "/index"]

  /// The crate whose own file a path names, in whatever index; `nil` if it is not such a file's.
  static func crate(at path: RoutedPath) -> CrateName? {
    guard let name = path.segments.last.flatMap({ CrateName($0) }) else { return nil }
    return path.segments.suffix(folder(of: name).count + 1).elementsEqual(folder(of: name) + [name.written], by: ASCII.equalIgnoringCase)
      ? name : nil
  }

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
    let written = ASCII.lowercased(CrateRelease.writtenName(of: target)).text
    let spellings = [written, written.replacing("_", with: "-"), written.replacing("-", with: "_")]
    let names = spellings.enumerated().filter { !spellings[..<$0.offset].contains($0.element) }.compactMap {
      CrateName(ExactString($0.element))
    }
    return places.flatMap { place in
      names.map { name in
        let path = (folder(of: name) + [name.written]).map(\.text).joined(separator: "/")
        return ExistenceProbe(.get, ExactString("\(place)/\(path)")) { answer in
          let versions = versions(in: answer, of: name)
          switch (Existence(ofStatus: answer.status), subject) {
          case (.exists, .package): return versions.isEmpty ? .absent : .exists
          case (.exists, .file): return versions.contains { $0 == target.version?.written } ? .exists : .absent
          case (let other, _): return other
          }
        }
      }
    }
  }

  /// What the lines say that are of the crate. A page for people, which some registries have for each path, has none.
  private static func versions(in answer: ExistenceProbe.Answer, of name: CrateName) -> [ExactString] {
    answer.body.split(separator: UInt8(ascii: "\n")).compactMap { line in
      guard let object = try? StrictJSON.parseObject(line), object["name"]?.string.flatMap({ CrateName($0) })?.canonical == name.canonical
      else {
        return nil
      }
      return object["vers"]?.string
    }
  }
}
