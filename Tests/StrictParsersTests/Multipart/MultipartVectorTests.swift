import StrictParsers
import TestSupport
import Testing

/// Forms from other projects' tests and bypass databases.
@Suite("Known multipart forms") struct MultipartVectorTests {
  /// Their suite read these under a limit or an option of its own, so that its parts are not all of the form's.
  private static let readUnderLimits: Set<ExactString> = ["busboy/03", "busboy/04", "busboy/05", "busboy/18", "busboy/19", "busboy/20"]

  @Test("are refused, or read as their own suite reads them")
  func forms() throws {
    guard let rows = try VectorFile.rows("attacks/multipart.jsonl") else { return }
    var random = SeededRandom(seed: 7578)
    var refusedAsDemanded = 0
    var readAlike = 0
    var readWithoutVerdict = 0
    var refusedToo = 0
    var stricter = 0
    for row in rows {
      let id = try #require(row["id"]?.string)
      let contentType = try Base64.decode(#require(row["ctype"]?.string).utf8)
      let body = try Base64.decode(#require(row["body"]?.string).utf8)
      let expect = try #require(row["expect"]?.string)
      #expect(["unit", "reject"].contains(expect), "\(id): an unknown verdict")
      let read = try? MultipartReading([body], contentType: contentType)
      #expect(read == (try? MultipartReading(random.split(body, upTo: 11), contentType: contentType)), "\(id): split")

      let theirs = Self.parts(row["theirs"])
      switch (read, theirs) {
      case (.some(let read), .some(let theirs)) where !Self.readUnderLimits.contains(id):
        #expect(expect == "unit", "\(id)")
        #expect(read.parts.count == theirs.count && zip(read.parts, theirs).allSatisfy { $1.agrees(with: $0) }, "\(id)")
        readAlike += 1
      case (.some, _):
        #expect(expect == "unit", "\(id)")
        if case .object = row["theirs"] { Issue.record("\(id): they refuse it") }
        readWithoutVerdict += 1
      case (.none, _) where expect == "reject": refusedAsDemanded += 1
      case (.none, .none): refusedToo += 1
      case (.none, .some): stricter += 1
      }
    }
    print(
      "counted: multipart.jsonl: \(rows.count) rows, \(refusedAsDemanded) refused as demanded, \(readAlike) read alike, "
        + "\(readWithoutVerdict) read without a verdict of theirs, \(refusedToo) refused, \(stricter) refused where they read")
    #expect(rows.count >= 166)
    #expect(refusedAsDemanded >= 9)
    #expect(readAlike >= 12)
    #expect(readWithoutVerdict >= 23)
  }

  /// Their reading of one part: text is content in UTF-8 or, where their suite decoded it so, in Latin-1.
  private struct Part {
    let name: ExactString
    let fileName: ExactString?
    let content: [UInt8]

    /// The rows keep the first 100 bytes of a long content.
    func agrees(with part: MultipartReading.Part) -> Bool {
      name == part.head.name && fileName == part.head.fileName
        && (content == part.content || content.count == 100 && part.content.starts(with: content))
    }

    init?(_ value: JSONValue) {
      guard let triple = value.array, triple.count == 3, let name = triple[0].string, let text = triple[2].string else { return nil }
      self.name = name
      fileName = triple[1].string
      let scalars = text.text.unicodeScalars
      content = scalars.allSatisfy { $0.value < 256 } ? scalars.map { UInt8(truncatingIfNeeded: $0.value) } : Array(text.utf8)
    }
  }

  /// `nil` if they refuse the form, or its suite does not say what is in it.
  private static func parts(_ value: JSONValue?) -> [Part]? {
    guard let list = value?.array else { return nil }
    let parts = list.compactMap(Part.init)
    return parts.count == list.count ? parts : nil
  }
}
