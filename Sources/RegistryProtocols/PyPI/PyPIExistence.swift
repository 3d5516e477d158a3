import PublisherPolicy
import StrictParsers

/// How an index is asked for a package or a file: by its simple API (PEP 503), which devpi keeps at a place of its own.
enum PyPIExistence {
  static let places = ["/simple/", "/+simple/"]

  static func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget) -> [ExistenceProbe] {
    places.map { place in
      ExistenceProbe(
        .get, ExactString("\(place)\(target.package.canonical)/"), bodyLimit: subject == .package ? 0 : ExistenceProbe.largestPage
      ) { answer in
        let project = existence(ofProject: answer)
        switch (subject, project) {
        case (.package, _), (.file, .absent), (.file, .unknown), (.file, .existsAs): return project
        case (.file, .exists): return lists(target, answer.body) ? .exists : .absent
        }
      }
    }
  }

  /// pypiserver redirects to the public index for what it does not have.
  private static func existence(ofProject answer: ExistenceProbe.Answer) -> Existence {
    guard (300..<400).contains(answer.status) else { return Existence(ofStatus: answer.status) }
    return leadsElsewhere(answer) ? .absent : .unknown
  }

  /// Whether a redirect names another host: one to the registry itself says nothing of what it has.
  private static func leadsElsewhere(_ answer: ExistenceProbe.Answer) -> Bool {
    guard let location = answer.location else { return false }
    for scheme in ["https://", "http://"] where location.utf8.starts(with: scheme.utf8) {
      let authority = location.utf8.dropFirst(scheme.utf8.count).prefix { $0 != UInt8(ascii: "/") }
      let host = authority.prefix { $0 != UInt8(ascii: ":") }
      return !ASCII.equalIgnoringCase(host, answer.authority.utf8.prefix { $0 != UInt8(ascii: ":") })
    }
    return false
  }

  /// Whether a project's page names the file, in HTML or JSON, in a link or its text: wherever it stands by itself, and in each of the spellings of
  /// its name and version.
  static func lists(_ target: PublishTarget, _ page: [UInt8]) -> Bool {
    let file = Array(target.file.utf8)
    let key = PyPIFileKey(file[...], of: target.package.canonical)
    return PageEscapes.readings(of: page).contains { text in
      text.split(whereSeparator: { !isPartOfName($0) }).contains { word in
        word.elementsEqual(file) || (key != nil && PyPIFileKey(word, of: target.package.canonical) == key)
      }
    }
  }

  private static func isPartOfName(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || "-_.+!".utf8.contains(byte) }
}
