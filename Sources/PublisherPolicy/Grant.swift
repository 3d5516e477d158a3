/// The policy's consent to one upload. The service credential goes upstream under no less than this.
package final class Grant: Sendable {
  package let identity: PublisherIdentity
  package let target: PublishTarget
  /// The publisher that is used, and where its memory belongs.
  package let key: PublisherKey
  /// What the publisher learns if the registry takes the upload; `nil` if there is nothing to learn, or nothing any more.
  package let newPin: ImmutableIDs?
  /// Whether the repository has another name than the one under which it was learnt.
  package let isRenamed: Bool

  package var publisher: PublisherID { key.publisher }

  /// For `Policy.decide` only.
  init(identity: PublisherIdentity, target: PublishTarget, key: PublisherKey, newPin: ImmutableIDs?, isRenamed: Bool) {
    self.identity = identity
    self.target = target
    self.key = key
    self.newPin = newPin
    self.isRenamed = isRenamed
  }
}
