import StrictParsers

/// A JWS in its compact serialisation (RFC 7515, section 7.1), taken apart but not verified.
struct CompactJWS: Sendable {
  let algorithm: SignatureAlgorithm
  let keyID: ExactString
  let payload: [UInt8]
  let signature: [UInt8]
  private let text: [UInt8]
  private let signedCount: Int

  /// `header.payload` as it was sent.
  var signedPart: ArraySlice<UInt8> { text.prefix(signedCount) }

  /// The caller has bounded the number of bytes.
  init(_ text: [UInt8]) throws(TokenRefusal) {
    let dot = UInt8(ascii: ".")
    guard let first = text.firstIndex(of: dot), let last = text.lastIndex(of: dot), first < last,
      !text[(first + 1)..<last].contains(dot)
    else { throw .malformed(.parts) }
    let header: [UInt8]
    do { header = try Base64URL.decode(text[..<first]) } catch { throw .malformed(.headerEncoding(error)) }
    (algorithm, keyID) = try Self.parse(header: header)
    do { payload = try Base64URL.decode(text[(first + 1)..<last]) } catch { throw .malformed(.payloadEncoding(error)) }
    do { signature = try Base64URL.decode(text[(last + 1)...]) } catch { throw .malformed(.signatureEncoding(error)) }
    guard !signature.isEmpty else { throw .malformed(.signatureEncoding(.length)) }
    self.text = text
    signedCount = last
  }

  func isSigned(by key: JSONWebKey) -> Bool {
    key.publicKey.verifies(signature, over: text.span.extracting(0..<signedCount), with: algorithm)
  }

  /// `x5t` and `x5t#S256` pass: GitHub's tokens carry one, and a thumbprint that nobody looks up chooses no key.
  private static func parse(header bytes: [UInt8]) throws(TokenRefusal) -> (SignatureAlgorithm, ExactString) {
    let header: JSONObject
    do { header = try StrictJSON.parseObject(bytes) } catch { throw .malformed(.header(error)) }
    for member in header.members {
      guard let refusable = forbiddenMembers.first(where: { $0.name == member.name })?.member else { continue }
      guard refusable == .typ, let type = member.value.string, acceptedTypes.contains(where: { ASCII.equalIgnoringCase($0, type) }) else {
        throw .forbiddenHeader(refusable)
      }
    }
    guard let name = header["alg"]?.string, !name.isEmpty else { throw .malformed(.headerMember(.alg)) }
    guard let id = header["kid"]?.string, !id.isEmpty else { throw .malformed(.headerMember(.kid)) }
    guard let algorithm = SignatureAlgorithm(name: name) else { throw .algorithmNotAllowed }
    return (algorithm, id)
  }

  private static let forbiddenMembers = TokenRefusal.ForbiddenHeader.allCases.map { (name: ExactString($0.rawValue), member: $0) }

  /// RFC 7519, section 5.1, and RFC 9068, section 2.1.
  private static let acceptedTypes: [ExactString] = ["JWT", "at+jwt"]
}
