/// The policy's consent to one upload. The service credential goes upstream under no less than this.
package struct Grant: Sendable {
  package let publisher: PublisherID
  package let identity: PublisherIdentity
  package let target: PublishTarget

  /// For `Policy.decide` only.
  init(publisher: PublisherID, identity: PublisherIdentity, target: PublishTarget) {
    self.publisher = publisher
    self.identity = identity
    self.target = target
  }
}
