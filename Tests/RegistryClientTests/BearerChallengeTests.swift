import StrictParsers
import Testing

@testable import RegistryClient

@Suite("A registry's challenge") struct BearerChallengeTests {
  @Test(
    "says where its token service is",
    arguments: [
      (#"Bearer realm="https://auth.example/token",service="registry""#, "https://auth.example/token", "registry"),
      (#"bearer  realm=x , service = y"#, nil, nil), (#"Bearer realm=x,service=y"#, "x", "y"),
      (#"Bearer realm="x" , scope="a,b""#, "x", nil),
      (#"BEARER Service="a \"b\"",REALM="x""#, "x", "a \"b\""), (#"Bearer realm="x",error="invalid_token""#, "x", nil),
    ] as [(String, ExactString?, ExactString?)])
  func parsed(field: String, realm: ExactString?, service: ExactString?) {
    let challenge = BearerChallenge(ArraySlice(field.utf8))
    #expect(challenge?.realm == realm && challenge?.service == service)
  }

  @Test(
    "is not understood if two readers could differ",
    arguments: [
      "Basic realm=x", "Bearer", "Bearer realm", "Bearer realm=", "Bearer realm=\"x", "Bearer realm=\"x\"service=y",
      "Bearer realm=x,realm=y",
      "Bearer realm=x,", "Bearer service=x", "Bearer realm=\"\"", "Bearer realm=\"a\u{7}\"", "Bearer realm=\"\u{e9}\"",
      "Bearer realm=x, Basic realm=y", "Bearerrealm=x", "Bearer realm=\"" + String(repeating: "x", count: 4096) + "\"",
    ])
  func refused(field: String) {
    #expect(BearerChallenge(ArraySlice(field.utf8)) == nil)
  }
}

@Suite("A token service's answer") struct GivenTokenTests {
  @Test(
    "holds one token, which is used until shortly before its end",
    arguments: [
      (#"{"token":"abc"}"#, "abc", 45), (#"{"access_token":"abc","expires_in":300}"#, "abc", 270),
      (#"{"token":"a","access_token":"a"}"#, "a", 45),
      (#"{"token":"a","expires_in":40,"issued_at":"2026-01-01T00:00:00Z"}"#, "a", 30), (#"{"token":"a","expires_in":0}"#, "a", 0),
      (#"{"token":"a","expires_in":99999999}"#, "a", 86_370),
      (#"{"token":""# + String(repeating: "x", count: 8 << 10) + #""}"#, String(repeating: "x", count: 8 << 10), 45),
    ] as [(String, String, Int64)])
  func given(answer: String, text: String, usableFor: Int64) {
    let given = GivenToken(Array(answer.utf8))
    #expect(given?.text == Array(text.utf8) && given?.usableFor == usableFor)
  }

  @Test(
    "is not understood if it holds none, two, or one that can't stand in a field",
    arguments: [
      "", "[]", "{}", #"{"token":1}"#, #"{"token":""}"#, #"{"token":"a","access_token":"b"}"#, #"{"token":"a b"}"#, #"{"token":"a\r\nb"}"#,
      #"{"token":"\u00e9"}"#, #"{"token":"a","expires_in":"60"}"#, #"{"token":"a","expires_in":-1}"#, #"{"token":"a","token":"a"}"#,
      #"{"token":""# + String(repeating: "x", count: 8 << 10 + 1) + #""}"#, #"{"token":"a"}"# + String(repeating: " ", count: 64 << 10),
    ])
  func refused(answer: String) {
    #expect(GivenToken(Array(answer.utf8)) == nil)
  }
}
