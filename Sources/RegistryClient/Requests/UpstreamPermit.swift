package import PublisherPolicy
package import RegistryProtocols
package import StrictParsers

/// A client's own static credential, for a registry that still takes such: it goes upstream in the place of ours.
package struct PassthroughCredential: Sendable {
  /// In lower case.
  let fieldName: String
  /// The field's value, as it came.
  let fieldValue: ArraySlice<UInt8>

  /// `nil` if the registry takes none, or the credential is one of those that are ours to judge: a token of ours or a JWS is never taken for a password.
  ///
  /// - Parameters:
  ///   - field: The one that holds it, in lower case.
  ///   - isTaken: Whether the operator lets the registry take such credentials.
  package init?(of head: RequestHead, in field: ExactString = "authorization", refusedAs refusal: CredentialRefusal, isTaken: Bool) {
    guard isTaken, refusal == .notAccepted, let value = try? head.fields.single(named: field) else { return nil }
    fieldName = field.text
    fieldValue = value
  }
}

extension PassthroughCredential {
  func append(to head: inout UpstreamHead) { head.add(fieldName, fieldValue) }
}

/// What lets an upload go upstream, and says with which credential.
package enum UpstreamPermit: Sendable {
  /// The policy's: with ours.
  case grant(Grant)
  /// None of ours: with the client's own.
  case legacy(PassthroughCredential)

  package var grant: Grant? {
    switch self {
    case .grant(let grant): grant
    case .legacy: nil
    }
  }
}
