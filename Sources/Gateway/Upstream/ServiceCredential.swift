import RegistryProtocols
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
    scan = CredentialScan(secrets: (secrets + [fieldValue]).map { $0.withBytes { Array($0) } })
  }

  /// Only `UpstreamHead` calls this, and only under a Grant or by the policy's leave to ask.
  func append(to head: inout UpstreamHead) {
    fieldValue.withBytes { head.add(fieldName, $0) }
  }
}
