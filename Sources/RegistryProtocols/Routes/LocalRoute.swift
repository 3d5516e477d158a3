package import StrictParsers

/// A request that the gateway answers by itself: the registry does not see it.
package struct LocalRoute: Sendable {
  package let caller: RequiredCaller
  package let respond: @Sendable (LocalContext) -> LocalResponse

  package init(_ caller: RequiredCaller, respond: @escaping @Sendable (LocalContext) -> LocalResponse) {
    self.caller = caller
    self.respond = respond
  }
}

/// Who is answered.
package enum RequiredCaller: Hashable, Sendable {
  case anyone
  /// A client whose credential some publisher of the registry stands behind.
  case authenticated
}

/// What a local answer may tell.
package struct LocalContext: Sendable {
  /// The audience of the registry's tokens.
  package let audience: ExactString
  /// The registry's public URL, without a slash at its end.
  package let publicURL: ExactString

  package init(audience: ExactString, publicURL: ExactString) {
    self.audience = audience
    self.publicURL = publicURL
  }
}
