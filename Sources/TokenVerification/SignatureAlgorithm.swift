package import StrictParsers

/// The `alg` values (RFC 7518, section 3.1; RFC 8037) that can be verified here. `none` and `HS*` are not among them and can't be configured.
package enum SignatureAlgorithm: String, CaseIterable, Hashable, Sendable {
  case rs256 = "RS256"
  case rs384 = "RS384"
  case rs512 = "RS512"
  case ps256 = "PS256"
  case es256 = "ES256"
  case es384 = "ES384"
  case edDSA = "EdDSA"

  /// `nil` for every other name, whatever its case.
  package init?(name: ExactString) {
    guard let algorithm = Self.allCases.first(where: { $0.name == name }) else { return nil }
    self = algorithm
  }

  package var name: ExactString { ExactString(rawValue) }
}
