import PublisherPolicy
import StrictParsers

/// How an index is asked for a package or a file: by its simple API (PEP 503), which devpi keeps at a place of its own.
enum PyPIExistence {
  private static let places = ["/simple/", "/+simple/"]

  static func questions(_ subject: ExistenceQuestion.Subject, _ target: PublishTarget) -> [ExistenceQuestion] {
    places.map { place in
      ExistenceQuestion(.get, ExactString("\(place)\(target.package.canonical)/")) { answer in
        let project = existence(ofProject: answer)
        switch (subject, project) {
        case (.package, _), (.file, .absent), (.file, .unknown): return project
        case (.file, .exists): return lists(target.file, answer.body) ? .exists : .absent
        }
      }
    }
  }

  /// pypiserver sends whoever asks for what it does not have to the public index.
  private static func existence(ofProject answer: ExistenceQuestion.Answer) -> Existence {
    guard (300..<400).contains(answer.status) else { return Existence(ofStatus: answer.status) }
    let leadsElsewhere = answer.location.map { $0.utf8.starts(with: "https://".utf8) || $0.utf8.starts(with: "http://".utf8) } ?? false
    return leadsElsewhere ? .absent : .unknown
  }

  /// Whether a project's page names the file, in HTML or JSON, in a link or its text: wherever it stands by itself.
  static func lists(_ file: ExactString, _ page: [UInt8]) -> Bool {
    let name = Array(file.utf8)
    return [page, withoutEscapes(page)].contains { text in
      text.indices.contains { start in
        guard text[start] == name[0], text[start...].starts(with: name) else { return false }
        let end = start + name.count
        return (start == 0 || !isPartOfName(text[start - 1])) && (end == text.count || !isPartOfName(text[end]))
      }
    }
  }

  private static func isPartOfName(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || "-_.+!".utf8.contains(byte) }

  /// Links are percent-encoded, and indexes differ in how much of a name they encode.
  private static func withoutEscapes(_ page: [UInt8]) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(page.count)
    var index = 0
    while index < page.count {
      if page[index] == UInt8(ascii: "%"), page.count - index > 2, let high = ASCII.hexValue(page[index + 1]),
        let low = ASCII.hexValue(page[index + 2])
      {
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(page[index])
        index += 1
      }
    }
    return decoded
  }
}
