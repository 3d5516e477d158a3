import StrictParsers
import TestSupport
import Testing

@testable import RegistryProtocols

@Suite("The document of an npm package as it arrives") struct NPMBodyTests {
  private static func read(_ text: String, pieces: Int = .max) throws(UploadRefusal) -> (
    kept: String, file: String, attachment: ExactString?
  ) {
    var body = NPMBody()
    var file: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(pieces))
      rest = rest.dropFirst(piece.count)
      try body.receive(piece.span) { bytes in file.append(copying: bytes) }
    }
    return (String(decoding: body.kept, as: UTF8.self), String(decoding: file, as: UTF8.self), body.attachment)
  }

  @Test(
    "keeps all but the attachment's content, which is decoded, in pieces of any length",
    arguments: [
      (
        #"{"a":1,"_attachments":{"x-1.tgz":{"data":"aGVsbG8=","length":5}},"b":"y"}"#,
        #"{"a":1,"_attachments":{"x-1.tgz":{"data":"","length":5}},"b":"y"}"#, "hello"
      ),
      (
        #"{"_attachments":{"x.tgz":{"content_type":"data","data" : "aGk="}}}"#,
        #"{"_attachments":{"x.tgz":{"content_type":"data","data" : ""}}}"#, "hi"
      ),
      (#"{"_attachments":{"x\u0600.tgz":{"data":"aGk="}}}"#, #"{"_attachments":{"x\u0600.tgz":{"data":""}}}"#, "hi"),
      (#"{"\u005fattachments":{"x.tgz":{"d\u0061ta":"aGk="}}}"#, #"{"\u005fattachments":{"x.tgz":{"d\u0061ta":""}}}"#, "hi"),
      (
        #"{"_attachments":{"x.sigstore":{"data":"{\"a\"}"},"x.tgz":{"data":""}}}"#,
        #"{"_attachments":{"x.sigstore":{"data":"{\"a\"}"},"x.tgz":{"data":""}}}"#, ""
      ),
      (
        #"{"_attachments":{"x.tgz":{"data":"aGk="},"y.tgz":{"data":"aGk="}}}"#,
        #"{"_attachments":{"x.tgz":{"data":""},"y.tgz":{"data":"aGk="}}}"#, "hi"
      ),
    ], [Int.max, 1, 2, 3, 5, 7])
  func keeps(document: (text: String, kept: String, file: String), pieces: Int) throws {
    let read = try Self.read(document.text, pieces: pieces)
    #expect(read.kept == document.kept && read.file == document.file && read.attachment.map(NPMBody.isFile) == true)
  }

  @Test(
    "takes no other string for the content",
    arguments: [
      #"{"attachments":{"x.tgz":{"data":"aGk="}}}"#, #"{"_attachments":{"x":{"data":"aGk="}}}"#,
      #"{"_attachments":{"x.tgz":{"date":"aGk="}}}"#,
      #"{"_attachments":[{"x.tgz":{"data":"aGk="}}]}"#, #"{"_attachments":{"x.tgz":[{"data":"aGk="}]}}"#,
      #"{"_attachments":{"x.tgz":{"data":["aGk="]}}}"#,
      #"{"a":{"_attachments":{"x.tgz":{"data":"aGk="}}}}"#, #"[{"_attachments":{"x.tgz":{"data":"aGk="}}}]"#,
      #"{"_attachments":{"x.tgz":{"a":"data","b":"aGk="}}}"#, #"{"_attachments":{"x.tgz":{"data":{"data":"aGk="}}}}"#, "",
    ])
  func others(text: String) throws {
    let read = try Self.read(text)
    #expect(read.kept == text && read.file.isEmpty && read.attachment == nil)
  }

  @Test(
    "is refused where the content is not base64, or the nesting not JSON's",
    arguments: [
      (#"{"_attachments":{"x.tgz":{"data":"!!!!"}}}"#, .malformedField("data")),
      (#"{"_attachments":{"x.tgz":{"data":"aGk"}}}"#, .malformedField("data")),
      (#"{"_attachments":{"x.tgz":{"data":"aGk=aGk="}}}"#, .malformedField("data")),
      (#"{"_attachments":{"x.tgz":{"data":"aGk\u003d"}}}"#, .malformedField("data")),
      ("}", .malformedJSON(JSONError(.unexpectedByte, at: 0))), (#"{"\x":1}"#, .malformedJSON(JSONError(.invalidEscape, at: 2))),
      (String(repeating: "[", count: 65), .malformedJSON(JSONError(.tooDeep, at: 64))),
    ] as [(String, UploadRefusal)])
  func refuses(text: String, expected: UploadRefusal) {
    for pieces in [Int.max, 1] { #expect(throws: expected) { try Self.read(text, pieces: pieces) } }
  }

  @Test("reads only the keys that could lead to the content, and few of those") func keys() throws {
    let long = String(repeating: "k", count: 100)
    #expect(try Self.read(#"{"\#(long)\x":1,"a":{"\x":1}}"#).attachment == nil)
    let many = (0..<17).map { #""\#($0).tgz":{}"# }.joined(separator: ",")
    #expect(throws: UploadRefusal.malformedField("_attachments")) { try Self.read(#"{"_attachments":{\#(many)}}"#) }
  }

  @Test("is bounded, and says why it may be so large") func bounds() {
    #expect(throws: UploadRefusal.documentTooLarge(NPMBody.history)) { try Self.read("\"" + String(repeating: "a", count: 17 << 20)) }
  }
}
