import Secrets

/// The credential that can publish everything, as the field that carries it upstream. Only this target makes one and reads its bytes.
package struct ServiceCredential: Sendable {
  let fieldName: String
  private let fieldValue: Secret
  private let secrets: [Secret]
  /// Of what was got for a registry with a token service, which answer of that it was; `nil` if no service was asked.
  private(set) var number: Int?
  /// Whether it is a token of the registry's own service, and not the credential that the operator configured.
  package let isToken: Bool
  /// Finds it in what the registry answers.
  package let scan: CredentialScan

  /// - Parameters:
  ///   - fieldName: In lower case.
  ///   - secrets: What of the value must not be seen, beside the value itself: a password, say.
  init(fieldName: String, fieldValue: Secret, secrets: [Secret]) {
    self.init(fieldName, fieldValue, secrets, number: nil, isToken: false)
  }

  /// A token of the registry's own service, which stands in the place of the credential that it was given for. Neither may be seen.
  init(token: [UInt8], for credential: ServiceCredential, number: Int) {
    self.init("authorization", Secret(Array("Bearer ".utf8) + token), credential.secrets, number: number, isToken: true)
  }

  /// The same as what a registry takes that has no token service.
  func numbered(_ number: Int) -> ServiceCredential {
    var credential = self
    credential.number = number
    return credential
  }

  private init(_ fieldName: String, _ fieldValue: Secret, _ secrets: [Secret], number: Int?, isToken: Bool) {
    self.fieldName = fieldName
    self.fieldValue = fieldValue
    self.number = number
    self.isToken = isToken
    let sent = fieldValue.withBytes { Array(fieldName == "authorization" ? Self.withoutScheme($0[...]) : $0[...]) }
    self.secrets = secrets + [Secret(sent)]
    scan = CredentialScan(secrets: self.secrets.map { $0.withBytes { Array($0) } })
  }

  func isSame(as other: ServiceCredential) -> Bool {
    fieldName == other.fieldName && fieldValue.withBytes { value in other.fieldValue.withBytes { $0 == value } }
  }

  /// The part of the field that is secret: an answer may well speak of `Bearer` or `Basic`.
  private static func withoutScheme(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let scheme = value.prefix { $0 != UInt8(ascii: " ") }
    return scheme.count < value.count ? value.dropFirst(scheme.count + 1).drop { $0 == UInt8(ascii: " ") } : value
  }

  /// `UpstreamHead` calls this: under a permit, by the policy's leave to ask, or for a publish of nothing.
  func append(to head: inout UpstreamHead) {
    fieldValue.withBytes { head.add(fieldName, $0) }
  }
}
