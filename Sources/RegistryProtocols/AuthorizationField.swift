import StrictParsers
import TokenVerification

/// The token in a request's one Authorization field: as Basic's password, after Bearer, or after `token`, which PyPI takes as well.
enum AuthorizationField {
  /// - Parameter challenged: whether this ecosystem's clients send a credential only after they were asked.
  static func credential(in head: RequestHead, challenged: Bool) throws(CredentialRefusal) -> PresentedCredential {
    try PresentedCredential(reading: token(in: value(in: head, challenged: challenged)))
  }

  /// The same from a client that sends what it was given as the whole field, without a scheme. Where it was given a scheme too, that is read.
  static func bareCredential(in head: RequestHead) throws(CredentialRefusal) -> PresentedCredential {
    let value = try value(in: head, challenged: false)
    guard !value.contains(UInt8(ascii: " ")) else { return try PresentedCredential(reading: token(in: value)) }
    guard !value.isEmpty, ASCII.areVisible(value.span) else { throw .malformed }
    return try PresentedCredential(reading: value)
  }

  /// The value of the one field, whatever it holds.
  static func value(in head: RequestHead, challenged: Bool) throws(CredentialRefusal) -> ArraySlice<UInt8> {
    let values = head.fields.values(named: "authorization")
    guard values.count < 2 else { throw .repeated }
    guard let value = values.first else { throw .missing(challenged: challenged) }
    return value
  }

  private static func token(in value: ArraySlice<UInt8>) throws(CredentialRefusal) -> ArraySlice<UInt8> {
    let scheme = value.prefix(while: ASCII.isTokenCharacter)
    let rest = value.dropFirst(scheme.count)
    guard !scheme.isEmpty, rest.isEmpty || rest.first == UInt8(ascii: " ") else { throw .malformed }
    let credentials = rest.dropFirst()
    switch ExactString(utf8: ASCII.lowercased(scheme)) {
    case "basic":
      return try password(in: credentials)
    case "bearer", "token":
      guard !credentials.isEmpty, ASCII.areVisible(credentials.span) else { throw .malformed }
      return credentials
    default:
      throw .unknownScheme
    }
  }

  /// What follows the first colon (RFC 7617, section 2). The user name says nothing about who it is.
  private static func password(in credentials: ArraySlice<UInt8>) throws(CredentialRefusal) -> ArraySlice<UInt8> {
    let pair: [UInt8]
    do throws(Base64Error) { pair = try Base64.decode(credentials) } catch { throw .malformed }
    guard let colon = pair.firstIndex(of: UInt8(ascii: ":")), !pair.contains(where: ASCII.isControl) else { throw .malformed }
    // A token in the wrong place must not leave as somebody's name.
    guard !isToken(pair[..<colon]) else { throw .malformed }
    return pair[(colon + 1)...]
  }

  /// Names have dots, too: only what holds a JOSE header is a token.
  private static func isToken(_ text: ArraySlice<UInt8>) -> Bool {
    guard !text.starts(with: UploadToken.prefix) else { return true }
    guard PresentedCredential.hasThreeParts(text), let header = try? Base64URL.decode(text.prefix { $0 != UInt8(ascii: ".") }) else {
      return false
    }
    return header.first == UInt8(ascii: "{")
  }
}
