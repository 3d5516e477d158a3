import PublisherPolicy
import TokenVerification

/// The tables as the protocol's operations, each of which must run within a transaction.
///
/// Every row that a refusal could rest on was written before the request came, so that a refused request leaves nothing to undo and
/// many requests can share one transaction.
final class SQLiteSession {
  enum CredentialKind: Int64 { case exchanged = 1, direct, uploadToken }

  /// What a commit outlives.
  enum Durability {
    /// The end of the process, and of the machine: it waits for the disk.
    case machine
    /// The end of the process only, until a later commit waits for the disk.
    case process

    var pragma: String {
      switch self {
      case .machine: "PRAGMA synchronous = FULL"
      case .process: "PRAGMA synchronous = NORMAL"
      }
    }
  }

  let connection: Connection
  /// As the connection was configured.
  private var durability = Durability.machine
  var known = KnownRows()
  /// Of the intents that the transaction opens.
  var notes = GroupedNotes()
  /// How many intents of each row of notes are open.
  var openIntents: [Int64: Int] = [:]
  /// What SQLite says of changes by other connections: another number after each.
  private var dataVersion: Int64?
  let beginTransaction: Statement
  private let selectDataVersion: Statement
  let commitTransaction: Statement
  let insertCredential: Statement
  let selectCredential: Statement
  let extendCredential: Statement
  let insertExchanged: Statement
  let selectExchanged: Statement
  let insertExchangedPackage: Statement
  let insertUploadToken: Statement
  let selectUploadToken: Statement
  let endUploadToken: Statement
  let insertRelease: Statement
  let selectRelease: Statement
  let insertFile: Statement
  let selectFile: Statement
  let completeFile: Statement
  let insertRevision: Statement
  let insertStreamedRevision: Statement
  let selectRevision: Statement
  let selectArtifacts: Statement
  let insertTokenPublisher: Statement
  let selectTokenPublishers: Statement
  let insertIntent: Statement
  let deleteIntent: Statement
  private let insertNotes: Statement
  let deleteNotes: Statement
  private let selectOpenIntents: Statement
  let settleClaim: Statement
  let releaseClaim: Statement
  let selectIntentsBefore: Statement
  let settleClaimsBefore: Statement
  let selectAnyFreeze: Statement
  let selectFreeze: Statement
  let selectOtherLesson: Statement
  let selectRivalLesson: Statement
  let selectCreation: Statement
  let selectRivalCreation: Statement
  let selectExclusive: Statement
  let insertPublisher: Statement
  let insertCreation: Statement
  let selectLearnt: Statement
  let countProbe: Statement
  let deleteExpired: Statement

  init(_ connection: Connection) throws(DatabaseFailure) {
    self.connection = connection
    beginTransaction = try connection.prepare("BEGIN IMMEDIATE")
    selectDataVersion = try connection.prepare("PRAGMA data_version")
    commitTransaction = try connection.prepare("COMMIT")
    insertCredential = try connection.prepare(
      "INSERT INTO credentials (key, kind, remembered_until) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING")
    selectCredential = try connection.prepare("SELECT id, kind, remembered_until, identity, origin FROM credentials WHERE key = ?")
    extendCredential = try connection.prepare("UPDATE credentials SET remembered_until = ?2 WHERE id = ?1 AND remembered_until < ?2")
    insertUploadToken = try connection.prepare(
      "INSERT INTO credentials (key, kind, remembered_until, identity, expiry, package, origin) VALUES (?, ?, ?, ?, ?, ?, ?)")
    insertExchanged = try connection.prepare(
      "INSERT INTO credentials (key, kind, remembered_until, rule) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO NOTHING")
    selectExchanged = try connection.prepare("SELECT id, rule FROM credentials WHERE key = ? AND kind = ?")
    insertExchangedPackage = try connection.prepare("INSERT INTO exchanged_packages VALUES (?, ?) ON CONFLICT DO NOTHING")
    selectUploadToken = try connection.prepare("SELECT id, identity, expiry, package FROM credentials WHERE key = ? AND kind = ?")
    insertTokenPublisher = try connection.prepare("INSERT INTO token_publishers VALUES (?, ?, ?)")
    selectTokenPublishers = try connection.prepare("SELECT publisher FROM token_publishers WHERE credential = ? ORDER BY place")
    endUploadToken = try connection.prepare("UPDATE credentials SET identity = NULL, expiry = NULL WHERE key = ?")
    insertRelease = try connection.prepare(
      "INSERT INTO releases VALUES (?, ?, ?, ?) ON CONFLICT (credential, registry, package) DO NOTHING")
    selectRelease = try connection.prepare("SELECT version FROM releases WHERE credential = ? AND registry = ? AND package = ?")
    insertFile = try connection.prepare(
      """
      INSERT INTO files (credential, registry, package, name, digest, claim, md5, sha1, sha512, intent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (credential, registry, package, name) DO NOTHING
      """)
    selectFile = try connection.prepare(
      "SELECT digest, claim FROM files WHERE credential = ? AND registry = ? AND package = ? AND name = ?")
    completeFile = try connection.prepare(
      """
      UPDATE files SET md5 = coalesce(md5, ?), sha1 = coalesce(sha1, ?), sha512 = coalesce(sha512, ?)
        WHERE credential = ? AND registry = ? AND package = ? AND name = ?
      """)
    insertRevision = try connection.prepare("INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \(Self.orRevise)")
    insertStreamedRevision = try connection.prepare(
      """
      INSERT INTO revisions SELECT credential, registry, package, ?2, file, version, ?3, ?4, ?5, id FROM intents
        WHERE id = ?1 AND credential IS NOT NULL \(Self.orRevise)
      """)
    selectRevision = try connection.prepare(
      "SELECT 1 FROM revisions WHERE credential = ? AND registry = ? AND package = ? AND digest = ? LIMIT 1")
    selectArtifacts = try connection.prepare(
      """
      SELECT f.name, r.version, f.digest, f.md5, f.sha1, f.sha512, f.intent AS place
        FROM files f JOIN releases r ON r.credential = ?1 AND r.registry = ?2 AND r.package = ?3
        WHERE f.credential = ?1 AND f.registry = ?2 AND f.package = ?3 AND f.digest IS NOT NULL
      UNION ALL SELECT name, version, digest, md5, sha1, sha512, intent FROM revisions
        WHERE credential = ?1 AND registry = ?2 AND package = ?3
      ORDER BY place DESC LIMIT \(BoundArtifact.most)
      """)
    insertIntent = try connection.prepare(
      """
      INSERT INTO intents (id, note, notes, registry, package, file, publisher, issuer, repository, ids, run, creates, exclusive, credential, version)
        VALUES (?, X'', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """)
    deleteIntent = try connection.prepare("DELETE FROM intents WHERE id = ? RETURNING notes")
    insertNotes = try connection.prepare("INSERT INTO notes VALUES (?, ?)")
    deleteNotes = try connection.prepare("DELETE FROM notes WHERE id = ?")
    selectOpenIntents = try connection.prepare("SELECT notes, count(*) FROM intents WHERE notes IS NOT NULL GROUP BY notes")
    settleClaim = try connection.prepare("UPDATE files SET claim = NULL, digest = ?2, md5 = ?3, sha1 = ?4, sha512 = ?5 WHERE claim = ?1")
    releaseClaim = try connection.prepare("DELETE FROM files WHERE claim = ?")
    selectIntentsBefore = try connection.prepare(
      """
      SELECT intents.id, intents.note, notes.notes FROM intents LEFT JOIN notes ON notes.id = intents.notes
        WHERE intents.id < ? ORDER BY intents.id
      """)
    settleClaimsBefore = try connection.prepare("UPDATE files SET claim = NULL WHERE claim < ?")
    selectAnyFreeze = try connection.prepare("SELECT 1 FROM freezes LIMIT 1")
    selectFreeze = try connection.prepare(
      """
      SELECT kind, name, why, since FROM freezes
        WHERE kind = 1 OR (kind = 2 AND name = ?1) OR (kind = 3 AND name = ?2) ORDER BY kind LIMIT 1
      """)
    selectOtherLesson = try connection.prepare(
      "SELECT 1 FROM publishers WHERE issuer = ? AND repository = ? AND ids IS NOT NULL AND ids <> ? LIMIT 1")
    selectRivalLesson = try connection.prepare(
      "SELECT 1 FROM intents WHERE issuer = ? AND repository = ? AND ids IS NOT NULL AND ids <> ? LIMIT 1")
    selectCreation = try connection.prepare("SELECT publisher, issuer, ids FROM creations WHERE registry = ? AND package = ?")
    selectRivalCreation = try connection.prepare(
      "SELECT 1 FROM intents WHERE registry = ? AND package = ? AND creates = 1 AND NOT (issuer = ? AND ids = ?) LIMIT 1")
    selectExclusive = try connection.prepare(
      "SELECT 1 FROM intents WHERE registry = ? AND package = ? AND file = ? AND exclusive = 1")
    insertPublisher = try connection.prepare(
      """
      INSERT INTO publishers SELECT publisher, issuer, repository, ids, ?2, run, ?2, run FROM intents WHERE id = ?1 AND publisher IS NOT NULL
        ON CONFLICT (publisher, issuer, repository) DO UPDATE
        SET ids = coalesce(publishers.ids, excluded.ids), last_time = excluded.last_time, last_run = excluded.last_run
        -- Once a minute is enough for a run that uploads many files.
        WHERE publishers.ids IS NOT coalesce(publishers.ids, excluded.ids) OR publishers.last_run IS NOT excluded.last_run
          OR excluded.last_time >= publishers.last_time + 60
      """)
    insertCreation = try connection.prepare(
      """
      INSERT INTO creations SELECT registry, package, publisher, issuer, ids FROM intents WHERE id = ? AND creates = 1 AND ids IS NOT NULL
        ON CONFLICT (registry, package) DO NOTHING
      """)
    selectLearnt = try connection.prepare(
      """
      SELECT publisher, repository, ids FROM publishers WHERE issuer = ?1 AND repository = ?2 AND ids IS NOT NULL
        UNION SELECT publisher, repository, ids FROM publishers WHERE issuer = ?1 AND ids = ?3
      """)
    countProbe = try connection.prepare("UPDATE probes SET count = count + 1")
    deleteExpired = try connection.prepare(
      """
      DELETE FROM credentials WHERE id IN
        (SELECT id FROM credentials WHERE remembered_until < ? ORDER BY remembered_until LIMIT ?)
      """)
    try countOpenIntents()
  }

  private static let orRevise = """
    ON CONFLICT (credential, registry, package, digest, name) DO UPDATE SET version = excluded.version, md5 = coalesce(excluded.md5, md5),
      sha1 = coalesce(excluded.sha1, sha1), sha512 = coalesce(excluded.sha512, sha512), intent = excluded.intent
    """

  // MARK: - Transactions

  /// - Parameter commit: What the transaction's commit waits for.
  func begin(_ commit: Durability) throws(DatabaseFailure) {
    if commit != durability {
      try connection.execute(commit.pragma)
      durability = commit
    }
    notes = GroupedNotes()
    try beginTransaction.run()
    let version = try selectDataVersion.first { $0.integer(0) }
    if version != dataVersion { known = KnownRows() }
    dataVersion = version
  }

  func commit() throws(DatabaseFailure) {
    if let row = notes.row { try insertNotes.run(.integer(row), .blob(notes.bytes)) }
    try commitTransaction.run()
    if let row = notes.row { openIntents[row] = notes.count }
  }

  private func countOpenIntents() throws(DatabaseFailure) {
    let rows = try selectOpenIntents.all { (row: $0.integer(0), count: Int($0.integer(1))) }
    openIntents = Dictionary(rows.map { ($0.row, $0.count) }) { first, _ in first }
  }

  /// Runs what may change any row.
  func run(_ operation: StoreOperation, _ numbers: inout IntentNumbers) throws(DatabaseFailure) -> @Sendable () -> Void {
    let changes = connection.totalChanges
    let answer = try operation.run(self, &numbers)
    if connection.totalChanges != changes { known = KnownRows() }
    return answer
  }

  /// Nothing more can be done where even this fails: the connection is given up then.
  func rollBack() throws(DatabaseFailure) {
    known = KnownRows()
    if connection.isInTransaction { try connection.execute("ROLLBACK") }
    try countOpenIntents()
  }

  // MARK: - Upkeep

  func probe() throws(DatabaseFailure) { try countProbe.run() }

  func removeExpired(at now: UnixTime, limit: Int) throws(DatabaseFailure) -> Int {
    try deleteExpired.run(.integer(now.seconds), .integer(Int64(max(limit, 0))))
    return connection.changes
  }

  /// Numbers for this process's intents above all that are open. They begin with the time in milliseconds, and so above all that ever were given, unless
  /// the clock went back: no process gives a thousand in a millisecond.
  func intentNumbers() throws(DatabaseFailure) -> IntentNumbers {
    let highest = "SELECT max(coalesce(max(id), 0), CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) << 10) FROM intents"
    return IntentNumbers(above: try connection.integer(highest) ?? 0)
  }
}
