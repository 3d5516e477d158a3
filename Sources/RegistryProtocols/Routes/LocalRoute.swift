package import PublisherPolicy
package import StrictParsers

/// A request that the gateway answers by itself: the registry does not see it.
package struct LocalRoute: Sendable {
  package let caller: RequiredCaller
  /// What the record of a refusal calls it.
  package let action: AuditAction
  package let respond: @Sendable (LocalContext) -> LocalResponse

  package init(_ caller: RequiredCaller, action: AuditAction = .read, respond: @escaping @Sendable (LocalContext) -> LocalResponse) {
    self.caller = caller
    self.action = action
    self.respond = respond
  }
}

/// Who is answered.
package enum RequiredCaller: Hashable, Sendable {
  case anyone
  /// A client whose credential some publisher of the registry stands behind, or one with a credential of its own where the registry takes such
  /// for uploads.
  case authenticated
}

/// What a local answer may tell.
package struct LocalContext: Sendable {
  /// The audience of the registry's tokens.
  package let audience: ExactString
  /// The registry's public URL, without a slash at its end.
  package let publicURL: ExactString
  /// The publisher that stands behind the client's credential; `nil` if none was asked for, or the credential is one that only the registry knows.
  package let publisher: PublisherID?

  package init(audience: ExactString, publicURL: ExactString, publisher: PublisherID? = nil) {
    self.audience = audience
    self.publicURL = publicURL
    self.publisher = publisher
  }
}
