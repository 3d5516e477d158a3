import StrictParsers
import Testing

@testable import TokenVerification

/// A token that holds in every respect, and the means to change one of them.
struct TokenFixture {
  static let now: Int64 = 1_700_000_000
  static let issuer = "https://issuer.example"
  static let audience: ExactString = "imprimatur.example"

  var algorithm = SignatureAlgorithm.es256
  var header: [(String, String)] = []
  var claims: [(String, String)] = [
    ("iss", #""https://issuer.example""#), ("sub", #""repo:acme/demo""#), ("aud", #""imprimatur.example""#), ("exp", "1700000300"),
    ("nbf", "1699999400"), ("iat", "1700000000"), ("jti", #""0b8e""#),
  ]

  init(_ algorithm: SignatureAlgorithm = .es256) {
    self.algorithm = algorithm
    header = [("alg", "\"\(algorithm.rawValue)\""), ("kid", #""key-1""#), ("typ", #""JWT""#)]
  }

  static func expired(at seconds: Int64) -> TokenRefusal { .expired(at: UnixTime(seconds) ?? .latest) }

  /// `value` is JSON; nil takes the member away.
  func claim(_ name: String, _ value: String?) -> Self {
    var copy = self
    copy.claims = Self.replaced(claims, name, value)
    return copy
  }

  /// `value` is JSON; nil takes the member away.
  func header(_ name: String, _ value: String?) -> Self {
    var copy = self
    copy.header = Self.replaced(header, name, value)
    return copy
  }

  private static func replaced(_ members: [(String, String)], _ name: String, _ value: String?) -> [(String, String)] {
    guard let value else { return members.filter { $0.0 != name } }
    guard members.contains(where: { $0.0 == name }) else { return members + [(name, value)] }
    return members.map { $0.0 == name ? (name, value) : $0 }
  }

  static func json(_ members: [(String, String)]) -> String { "{\(members.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ","))}" }

  func signed() throws -> [UInt8] {
    try TestSigner.of(algorithm).token(header: Self.json(header), payload: Self.json(claims), algorithm: algorithm)
  }

  func keys() throws -> KeySet { try KeySet(jwks: jwks([TestSigner.of(algorithm).jwk(id: "key-1")])) }

  static func verifier(
    algorithms: Set<SignatureAlgorithm> = Set(SignatureAlgorithm.allCases), lifetime: Int64 = 3600,
    form: TokenForm = TokenForm(hasID: false),
    issuer: String = issuer, cache: VerifiedSignatureCache = VerifiedSignatureCache(capacity: 0)
  ) -> TokenVerifier {
    let rules = IssuerRules(
      url: ExactString(issuer), algorithms: algorithms, longestLifetime: lifetime, form: form)
    return TokenVerifier(issuers: [rules], cache: cache)
  }

  @discardableResult
  func verify(_ verifier: TokenVerifier = verifier(), keys: KeySet? = nil, audience: ExactString = audience, now: Int64 = now) throws
    -> VerifiedToken
  {
    try verifier.verify(verifier.read(signed()), with: keys ?? self.keys(), audience: audience, at: #require(UnixTime(now)))
  }
}

/// The refusal that this ends in, if any.
func refusal(_ body: () throws -> some Any) throws -> TokenRefusal? {
  do { _ = try body() } catch let refusal as TokenRefusal { return refusal }
  return nil
}
