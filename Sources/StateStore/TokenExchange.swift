package import Digests
package import PublisherPolicy
package import TokenVerification

/// An OIDC token given for an upload token.
package struct TokenExchange: Hashable, Sendable {
  package let token: TokenID
  package let rule: ExchangeRule
  /// When the OIDC token is forgotten: past its expiry by the verifier's leeway and a margin.
  package let rememberedUntil: UnixTime
  /// The upload token. By `oncePerPackage` it is for the rule's package.
  package let record: UploadTokenRecord

  package init(token: TokenID, rule: ExchangeRule, rememberedUntil: UnixTime, record: UploadTokenRecord) {
    self.token = token
    self.rule = rule
    self.rememberedUntil = rememberedUntil
    switch rule {
    case .oncePerPackage(let package): self.record = record.limited(to: package)
    case .oncePerToken, .repeatable: self.record = record
    }
  }

  /// What a row says of the rule.
  var ruleNumber: Int64 {
    switch rule {
    case .oncePerToken: 1
    case .oncePerPackage: 2
    case .repeatable: 3
    }
  }

  /// `nil` if the rule asks for none.
  var package: PublishTarget.Package? { if case .oncePerPackage(let package) = rule { package } else { nil } }

  /// How long the OIDC token's row must stay: bindings that belong to it live as long as its upload tokens.
  var memory: UnixTime { rule == .repeatable ? max(rememberedUntil, record.expiry) : rememberedUntil }
}

/// An upload token as the store keeps it: nothing in it makes the token.
package struct UploadTokenRecord: Hashable, Sendable {
  package let hash: SHA256Digest
  package let identity: PublisherIdentity
  /// The publishers that the identity meant at the exchange: the token lives through them alone. In the order of the configuration.
  package let publishers: [PublisherID]
  /// The one package that it may publish; `nil` if the exchange named none.
  package let package: PublishTarget.Package?
  package let expiry: UnixTime

  package init(
    hash: SHA256Digest, identity: PublisherIdentity, publishers: [PublisherID], package: PublishTarget.Package?, expiry: UnixTime
  ) {
    self.hash = hash
    self.identity = identity
    self.publishers = publishers
    self.package = package
    self.expiry = expiry
  }

  fileprivate func limited(to package: PublishTarget.Package) -> UploadTokenRecord {
    UploadTokenRecord(hash: hash, identity: identity, publishers: publishers, package: package, expiry: expiry)
  }
}
