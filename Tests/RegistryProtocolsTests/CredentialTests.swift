import PublisherPolicy
import RegistryProtocols
import StrictParsers
import Testing
import TokenVerification

@Suite("A request's credential") struct CredentialTests {
  private static let jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln"
  private static let uploadToken = "impr_003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf34AVqi"

  private static func basic(_ pair: String) -> String { "Basic " + Base64.encode(Array(pair.utf8)) }

  @Test(
    "is the token, however clients send one",
    arguments: [basic("__token__:\(jwt)"), basic(":\(jwt)"), basic("any user:\(jwt)"), "Bearer \(jwt)", "bearer \(jwt)", "token \(jwt)"])
  func oidc(field: String) throws {
    for one in Self.protocols {
      guard case .oidc(let token) = try one.credential(of: request("POST", "/", [("Authorization", field)])) else { throw Unexpected() }
      #expect(token == Array(Self.jwt.utf8))
    }
  }

  @Test("may be an upload token", arguments: [basic("__token__:\(uploadToken)"), "BEARER \(uploadToken)", "Token \(uploadToken)"])
  func upload(field: String) throws {
    for one in Self.protocols {
      guard case .uploadToken(let token) = try one.credential(of: request("POST", "/", [("Authorization", field)])) else {
        throw Unexpected()
      }
      #expect(token.exposedText == Array(Self.uploadToken.utf8))
    }
  }

  @Test(
    "is refused with what is wrong with it",
    arguments: [
      ("", .malformed), ("Basic", .malformed), ("Basic ", .malformed), ("Basic  \(Base64.encode(Array("a:\(jwt)".utf8)))", .malformed),
      ("Basic !!!!", .malformed), (basic(jwt), .malformed), (basic("a:\(jwt)\n"), .malformed), (basic("a:\0\(jwt)"), .malformed),
      (basic("a:\(jwt)") + "=", .malformed), ("Basic dXNlcjpwYXNzd29yZA", .malformed), ("Bearer", .malformed), ("Bearer a b", .malformed),
      ("Bearer \(jwt), Basic x", .malformed), ("Digest username=\"x\"", .unknownScheme), ("Negotiate abc", .unknownScheme),
      (jwt, .unknownScheme),
      ("Bearer\t\(jwt)", .malformed), (basic("__token__:"), .notAccepted), (basic("user:hunter2"), .notAccepted),
      (basic("user:a.b"), .notAccepted),
      (basic("user:a.b.c.d"), .notAccepted), (basic("user:a..c"), .notAccepted), (basic("user:a.b."), .notAccepted),
      (basic("u:pypi-AgEIcHlwaS5vcmc"), .notAccepted), (basic("u:impr_"), .malformedUploadToken),
      (basic("u:\(uploadToken)x"), .malformedUploadToken), (basic("u: \(uploadToken)"), .notAccepted),
    ] as [(String, CredentialRefusal)])
  func refused(field: String, expected: CredentialRefusal) throws {
    for one in Self.protocols {
      #expect(throws: expected) { try one.credential(of: request("POST", "/", [("Authorization", field)])) }
    }
  }

  @Test("stands there exactly once") func once() throws {
    let field = ("Authorization", Self.basic("a:\(Self.jwt)"))
    for one in Self.protocols {
      #expect(throws: CredentialRefusal.repeated) { try one.credential(of: request("POST", "/", [field, field])) }
      #expect(throws: CredentialRefusal.repeated) { try one.credential(of: request("POST", "/", [field, ("authorization", "Bearer x")])) }
    }
    #expect(throws: CredentialRefusal.missing(challenged: false)) { try Self.protocols[0].credential(of: request("POST", "/")) }
    #expect(throws: CredentialRefusal.missing(challenged: true)) { try Self.protocols[1].credential(of: request("POST", "/")) }
    #expect(CredentialRefusal.missing(challenged: false).status == 403 && CredentialRefusal.missing(challenged: true).status == 401)
  }

  private struct Unexpected: Error {}

  private static var protocols: [any RegistryProtocol] { [samplePyPI(), sampleGeneric()] }
}
