import StrictParsers

/// Where the name, the version and the file stand in the path of an upload: `/{name}/{version}/{file}`, say.
struct GenericTemplate: Hashable, Sendable {
  /// Why a text of the configuration is not a template.
  enum Malformation: Error, Hashable, Sendable {
    case notAbsolute
    case emptySegment
    /// A segment with braces that is not exactly one placeholder.
    case mixedSegment
    case unknownPlaceholder
    case repeatedPlaceholder
    case missingName
    /// A literal that no path can have.
    case forbiddenLiteral

    /// What is wrong, for its author.
    var explanation: String {
      switch self {
      case .notAbsolute: "a template must begin with a slash"
      case .emptySegment: "a template must not end with a slash or have two in a row"
      case .mixedSegment: "a placeholder must be a whole segment of the template"
      case .unknownPlaceholder: "the placeholders of a template are {name}, {version} and {file}"
      case .repeatedPlaceholder: "a placeholder must not stand twice in a template"
      case .missingName: "a template must have the placeholder {name}"
      case .forbiddenLiteral: "a segment of a template must not be dots only, nor hold % ? # ; * \\ or a control character"
      }
    }
  }

  /// What a path said at the placeholders.
  struct Match: Hashable, Sendable {
    let name: ExactString
    let version: ExactString?
    /// The last segment where the template has no `{file}`.
    let file: ExactString
  }

  private enum Segment: Hashable, Sendable {
    case literal(ExactString)
    case placeholder(Placeholder)
  }

  private enum Placeholder: String, Sendable { case name, version, file }

  private let segments: [Segment]
  /// As it was configured.
  let text: ExactString

  init(parsing text: ExactString) throws(Malformation) {
    guard text.utf8.first == UInt8(ascii: "/") else { throw .notAbsolute }
    var segments: [Segment] = []
    for bytes in text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      let segment = try Self.segment(Array(bytes))
      if case .placeholder = segment {
        guard !segments.contains(segment) else { throw .repeatedPlaceholder }
      }
      segments.append(segment)
    }
    guard segments.contains(.placeholder(.name)) else { throw .missingName }
    self.segments = segments
    self.text = text
  }

  /// Whether uploads say their version.
  var namesVersion: Bool { segments.contains(.placeholder(.version)) }

  /// How many segments a path has up to the package's name, that among them.
  var segmentsToName: Int { (segments.firstIndex(of: .placeholder(.name)) ?? 0) + 1 }

  /// `nil` unless the path has exactly the template's segments.
  func match(_ path: [ExactString]) -> Match? {
    guard path.count == segments.count, let last = path.last else { return nil }
    var found: [Placeholder: ExactString] = [:]
    for (segment, written) in zip(segments, path) {
      switch segment {
      case .literal(let literal): guard written == literal else { return nil }
      case .placeholder(let placeholder):
        guard !written.isEmpty else { return nil }
        found[placeholder] = written
      }
    }
    guard let name = found[.name] else { return nil }
    return Match(name: name, version: found[.version], file: found[.file] ?? last)
  }

  private static func segment(_ bytes: [UInt8]) throws(Malformation) -> Segment {
    guard !bytes.isEmpty else { throw .emptySegment }
    guard bytes.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else {
      let literal = ExactString(String(decoding: bytes, as: UTF8.self))
      guard GenericNaming.isName(literal) else { throw .forbiddenLiteral }
      return .literal(literal)
    }
    guard bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}") else { throw .mixedSegment }
    let name = bytes.dropFirst().dropLast()
    guard !name.contains(where: { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "}") }) else { throw .mixedSegment }
    guard let placeholder = Placeholder(rawValue: String(decoding: name, as: UTF8.self)) else { throw .unknownPlaceholder }
    return .placeholder(placeholder)
  }
}
