package import StrictParsers

/// A service of a registry's own that gives tokens for the service credential, as container registries have one: requests bear such a token in its
/// place.
package struct TokenService: Hashable, Sendable {
  /// A read of this path, below the registry's own, without a credential is answered by a challenge (RFC 6750, section 3) that says where the service
  /// is. A success, or a challenge of another scheme, says that the registry takes the service credential itself, unless `realm` is stated.
  package let challengePath: ExactString
  /// The service's URL, as the operator states it; `nil` if it is at the registry's own origin, where the challenge says. At no other place is the
  /// service credential shown.
  package let realm: ExactString?

  /// The name of the service that tokens are asked for, as the operator states it; `nil` if it is the one that the challenge names. A token service
  /// that several registries share would give one of them a token that another takes.
  package let service: ExactString?

  package init(challengePath: ExactString, realm: ExactString? = nil, service: ExactString? = nil) {
    self.challengePath = challengePath
    self.realm = realm
    self.service = service
  }
}
