import PublisherPolicy
import StrictParsers
import TokenVerification

/// What a session wrote or read of the rows that most reservations need, so that they need not be asked for again.
///
/// It is right until somebody else changes a row: its owner forgets it then.
struct KnownRows {
  struct Release: Hashable {
    let credential: Int64
    let registry: RegistryName
    let package: ExactString
  }

  /// Bounds each of the tables below.
  private static let most = 4096

  private var credentials: [BindingSubject: SQLiteSession.FoundCredential] = [:]
  private var versions: [Release: ExactString?] = [:]
  private var uses: [PublisherKey: PublisherRecord.Use] = [:]
  /// Whether anything is frozen; `nil` if nobody has asked.
  var hasFreezes: Bool?

  subscript(subject: BindingSubject) -> SQLiteSession.FoundCredential? {
    get { credentials[subject] }
    set { Self.set(newValue, for: subject, in: &credentials) }
  }

  /// The version that is bound there, which may be none; `nil` if it must be asked for.
  subscript(release: Release) -> ExactString?? {
    get { versions[release] }
    set { Self.set(newValue, for: release, in: &versions) }
  }

  /// The last use of a publisher that was recorded.
  subscript(publisher: PublisherKey) -> PublisherRecord.Use? {
    get { uses[publisher] }
    set { Self.set(newValue, for: publisher, in: &uses) }
  }

  private static func set<Key, Value>(_ value: Value?, for key: Key, in table: inout [Key: Value]) {
    if table.count >= most { table.removeAll(keepingCapacity: true) }
    table[key] = value
  }
}
