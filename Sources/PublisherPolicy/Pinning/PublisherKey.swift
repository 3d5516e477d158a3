package import StrictParsers

/// What a memory of a publisher belongs to: an entry that is given another issuer or another repository begins anew.
package struct PublisherKey: Hashable, Sendable {
  package let publisher: PublisherID
  /// The verified `iss`.
  package let issuerURL: ExactString
  /// In lower case where its case does not matter; empty where the provider's tokens name none.
  package let repository: ExactString

  package init(publisher: PublisherID, issuerURL: ExactString, repository: ExactString) {
    self.publisher = publisher
    self.issuerURL = issuerURL
    self.repository = repository
  }
}

/// The ids that a publisher is bound to since its first successful publish.
package struct PinnedIdentity: Hashable, Sendable {
  package let key: PublisherKey
  package let ids: ImmutableIDs

  package init(key: PublisherKey, ids: ImmutableIDs) {
    self.key = key
    self.ids = ids
  }
}

/// The use that an upload makes of a publisher.
package struct PublisherUse: Hashable, Sendable {
  package let key: PublisherKey
  /// What the publisher learns if the registry takes the upload; `nil` if there is nothing to learn, or nothing any more.
  package let newPin: ImmutableIDs?
  /// Where people find the run.
  package let run: ExactString?

  package init(key: PublisherKey, newPin: ImmutableIDs?, run: ExactString?) {
    self.key = key
    self.newPin = newPin
    self.run = run
  }
}
