package import StrictParsers

/// What is known of an upload beyond its token and its own bytes.
package struct PolicyInputs: Hashable, Sendable {
  /// What the store says of the token's repository.
  package var learnt: [PinnedIdentity]
  /// Whether the registry has the package; `nil` while nobody has asked it.
  package var package: Existence?

  package init(learnt: [PinnedIdentity] = [], package: Existence? = nil) {
    self.learnt = learnt
    self.package = package
  }
}

/// What a registry says of a package or a file.
package enum Existence: Hashable, Sendable {
  case exists
  /// Not under the name that was asked for, but under another spelling of it.
  case existsAs(ExactString)
  case absent
  /// It could not be asked, or its answer could mean either.
  case unknown
}

/// What an upload token was given out for.
package struct TokenScope: Hashable, Sendable {
  /// Those that its identity meant at the exchange.
  package let publishers: [PublisherID]
  /// The one package that it may publish; `nil` if the exchange named none.
  package let package: PublishTarget.Package?

  package init(publishers: [PublisherID], package: PublishTarget.Package?) {
    self.publishers = publishers
    self.package = package
  }
}

/// Who asks to publish.
package struct Principal: Hashable, Sendable {
  package let identity: PublisherIdentity
  /// `nil` if the OIDC token itself is the credential.
  package let scope: TokenScope?

  package init(identity: PublisherIdentity, scope: TokenScope?) {
    self.identity = identity
    self.scope = scope
  }
}
