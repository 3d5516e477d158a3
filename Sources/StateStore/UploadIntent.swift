package import PublisherPolicy

/// An upload that is about to go upstream. While its intent is open, what it reserves is nobody else's.
package final class UploadIntent: Hashable, Sendable {
  package let target: PublishTarget
  package let kind: ReservationKind
  /// `nil` if the client's own static credential is passed on, which no publisher stands behind.
  package let use: PublisherUse?
  /// Whether the registry may not have the package yet: two publishers that have never published must not both bring it into being.
  package let createsPackage: Bool
  /// Whether no other upload of this file may run meanwhile, since the registry was asked whether it has the file.
  package let isExclusive: Bool
  /// What `interruptedIntents` needs to write the audit record: opaque to the store.
  package let note: [UInt8]

  package init(
    target: PublishTarget, kind: ReservationKind = .file, use: PublisherUse?, createsPackage: Bool = false, isExclusive: Bool = false,
    note: [UInt8]
  ) {
    self.target = target
    self.kind = kind
    self.use = use
    self.createsPackage = createsPackage
    self.isExclusive = isExclusive
    self.note = note
  }

  package static func == (left: UploadIntent, right: UploadIntent) -> Bool {
    left === right
      || (left.target, left.kind, left.use, left.note) == (right.target, right.kind, right.use, right.note)
        && (left.createsPackage, left.isExclusive) == (right.createsPackage, right.isExclusive)
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(target)
    hasher.combine(note)
  }
}
