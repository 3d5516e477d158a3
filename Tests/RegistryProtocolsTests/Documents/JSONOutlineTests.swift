import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("The outline of a large JSON document") struct JSONOutlineTests {
  @Test(
    "has the names below one key, and one string",
    arguments: [
      (#"{"name":"a","versions":{"1":{},"2":[{"x":"y"}]}}"#, "a", ["1", "2"]), (#" {"versions" : { } } "#, nil, []),
      (#"{"versions":{"1":{"versions":{"9":{}},"name":"b"}},"other":{"8":1}}"#, nil, ["1"]),
      (#"{"n\u0061me":"\u0061","v\u0065rsions":{"\u0031":"}"}}"#, "a", ["1"]), (#"{"name":{"name":"b"},"versions":{}}"#, nil, []),
      (#"{"versions":{"1":1},"versions":{"2":2}}"#, nil, ["1", "2"]),
      (#"{"x":"versions","y":{"versions":{"3":1}},"versions":{}}"#, nil, []),
    ] as [(String, ExactString?, [ExactString])])
  func reads(text: String, string: ExactString?, names: [ExactString]) throws {
    let outline = try #require(JSONOutline(of: Array(text.utf8), string: "name", namesIn: "versions"))
    #expect(outline.string == string && outline.names == names)
  }

  @Test(
    "is none of what is not a whole object with such a key",
    arguments: [
      "", "[]", "x", "{", "{}", #"{"name":"a"}"#, #"{"versions":[]}"#, #"{"versions":{}"#, #"{"versions":{}}}"#, #"{"versions":{}} {}"#,
      #"{"versions":{"1"#, #"{"versions":{"\x":1}}"#, #"{"versions":"{}"}"#, "}",
    ])
  func refuses(text: String) { #expect(JSONOutline(of: Array(text.utf8), string: "name", namesIn: "versions") == nil) }
}
