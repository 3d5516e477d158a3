package import PublisherPolicy
package import TokenVerification

/// An operator's word that nothing of a scope may be published until it is taken back.
package struct Freeze: Hashable, Sendable {
  package enum Scope: Hashable, Sendable {
    case everything
    case registry(RegistryName)
    case publisher(PublisherID)

    /// For people.
    package var words: String {
      switch self {
      case .everything: "everything"
      case .registry(let name): "the registry \(name)"
      case .publisher(let id): "the publisher \(id)"
      }
    }

    /// `nil` unless it is one publisher.
    package var publisher: PublisherID? { if case .publisher(let id) = self { id } else { nil } }

    /// `publisher`: `nil` if no publisher stands behind the upload.
    package func covers(_ registry: RegistryName, _ publisher: PublisherID?) -> Bool {
      switch self {
      case .everything: true
      case .registry(let name): name == registry
      case .publisher(let id): id == publisher
      }
    }
  }

  package let scope: Scope
  /// The operator's reason, for the audit record.
  package let why: String
  package let since: UnixTime

  package init(scope: Scope, why: String, since: UnixTime) {
    self.scope = scope
    self.why = why
    self.since = since
  }
}

/// What an operator did by a command: some gateway writes its audit record.
package struct OperatorAction: Hashable, Sendable {
  package let id: Int64
  /// The record's facts: opaque to the store.
  package let note: [UInt8]

  package init(id: Int64, note: [UInt8]) {
    self.id = id
    self.note = note
  }
}

/// What operators told the store, as every gateway asks again and again.
package struct OperatorUpdates: Hashable, Sendable {
  /// Seconds for which actions belong to the caller that was given them.
  static let lease: Int64 = 60

  package let freezes: [Freeze]
  /// Those that the caller must record.
  package let actions: [OperatorAction]

  package init(freezes: [Freeze], actions: [OperatorAction]) {
    self.freezes = freezes
    self.actions = actions
  }
}
