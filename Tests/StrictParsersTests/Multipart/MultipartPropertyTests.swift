import StrictParsers
import TestSupport
import Testing

@Suite("Multipart forms, at random,") struct MultipartPropertyTests {
  /// Content made of what delimiters are made of.
  private static func content(_ random: inout SeededRandom, boundary: String) -> [UInt8] {
    let pieces = ["\r", "\n", "\r\n", "-", "--", String(boundary.dropLast()), "x", "\r\n--", String(boundary.dropFirst()), "\u{0}\u{e9}"]
    var content: [UInt8] = []
    for _ in 0..<Int.random(in: 0...40, using: &random) { content += pieces.randomElement(using: &random).map { Array($0.utf8) } ?? [] }
    return content
  }

  @Test("say the same however they are split, and say what was written", arguments: 0..<300 as Range<UInt64>)
  func splits(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let boundary = ["bb", "b-b", "abcabcabd", "----formdata-x-0e87"].randomElement(using: &random) ?? "bb"
    var writer = try MultipartFormWriter(boundary: ExactString(boundary))
    var expected: [MultipartReading.Part] = []
    for index in 0..<Int.random(in: 1...6, using: &random) {
      let head = MultipartPartHead(
        name: ExactString("field\(index)"), fileName: Bool.random(using: &random) ? "f.whl" : nil,
        contentType: Bool.random(using: &random) ? "application/octet-stream" : nil)
      let content = Self.content(&random, boundary: boundary)
      do {
        try writer.append(head, content: content)
        expected.append(.init(head: head, content: content))
      } catch { #expect(error == .contentHoldsDelimiter, "seed \(seed)") }
    }
    guard !expected.isEmpty else { return }
    let form = try writer.finish()
    for longest in [1, 2, 7, 64, form.prefix.count] {
      let chunks = random.split(form.prefix, upTo: longest)
      #expect(try MultipartReading(chunks, contentType: form.contentType.utf8).parts == expected, "seed \(seed), chunks up to \(longest)")
    }
  }

  @Test("never trap the reader when they are damaged, and are judged the same however they are split", arguments: 0..<20 as Range<UInt64>)
  func mutations(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let form = MultipartReading.body(head: "Content-Disposition: form-data; name=\"a\"; filename=\"f\"\r\nContent-Type: a/b")
    let body = Array("--b\r\nContent-Disposition: form-data; name=\"c\"\r\n\r\n\r\n-\r\n--\r\n".utf8) + Array(form.utf8)
    let contentType = Array("multipart/form-data; boundary=b".utf8)
    for _ in 0..<500 {
      let damaged = random.mutated(body)
      let whole = Result { try MultipartReading([damaged], contentType: contentType) }
      let split = Result { try MultipartReading(random.split(damaged, upTo: 9), contentType: contentType) }
      switch (whole, split) {
      case (.success(let left), .success(let right)): #expect(left == right, "seed \(seed): \(damaged)")
      case (.failure(let left), .failure(let right)):
        #expect(left as? MultipartRefusal == right as? MultipartRefusal, "seed \(seed): \(damaged)")
      default: Issue.record("seed \(seed): split and whole differ: \(damaged)")
      }
      _ = try? MultipartFormReader(contentType: random.mutated(contentType))
    }
  }
}
