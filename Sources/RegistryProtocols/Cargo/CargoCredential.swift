import StrictParsers

/// The token in a request's one Authorization field: the whole value, as cargo sends it, or what follows a scheme.
enum CargoCredential {
  private static let bearer = Array("bearer ".utf8)

  static func credential(in head: RequestHead) throws(CredentialRefusal) -> PresentedCredential {
    let token = try token(in: head)
    guard !token.contains(UInt8(ascii: " ")) else { return try AuthorizationField.credential(in: head, challenged: false) }
    return try PresentedCredential(reading: token)
  }

  /// Without `Bearer` before it, which crates.io takes in any case, with any number of spaces.
  static func token(in head: RequestHead) throws(CredentialRefusal) -> ArraySlice<UInt8> {
    let value = try AuthorizationField.value(in: head, challenged: false)
    guard !value.isEmpty else { throw .missing(challenged: false) }
    guard ASCII.equalIgnoringCase(value.prefix(bearer.count), bearer) else { return value }
    return value.dropFirst(bearer.count).drop { $0 == UInt8(ascii: " ") }
  }
}
