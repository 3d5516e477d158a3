import RegistryProtocols
import Secrets
import StrictParsers

/// The credential that can publish everything, as the field that carries it upstream.
struct ServiceCredential: Sendable {
  let fieldName: String
  private let fieldValue: Secret
  /// Finds it in what the registry answers.
  let scan: CredentialScan

  init(fieldName: String, fieldValue: Secret, secrets: [Secret]) {
    self.fieldName = fieldName
    self.fieldValue = fieldValue
    let sent = fieldValue.withBytes { Array(fieldName == "authorization" ? Self.withoutScheme($0[...]) : $0[...]) }
    scan = CredentialScan(secrets: secrets.map { $0.withBytes { Array($0) } } + [sent])
  }

  /// The part of the field that is secret: an answer may well speak of `Bearer` or `Basic`.
  private static func withoutScheme(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let scheme = value.prefix { $0 != UInt8(ascii: " ") }
    return scheme.count < value.count ? value.dropFirst(scheme.count + 1).drop { $0 == UInt8(ascii: " ") } : value
  }

  /// Only `UpstreamHead` calls this, and only under a Grant or by the policy's leave to ask.
  func append(to head: inout UpstreamHead) {
    fieldValue.withBytes { head.add(fieldName, $0) }
  }
}
