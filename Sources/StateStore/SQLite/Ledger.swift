import TokenVerification

/// What an operation of the ledger gave: a value, or why the credential may not be used so.
typealias Verdict<Value> = Result<Value, StateRefusal>

/// The tables as the protocol's operations, each of which must run within a transaction.
///
/// Every row that a refusal could rest on was written before the request came, so that a refused request leaves nothing to undo and
/// many requests can share one transaction.
final class Ledger {
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
  let beginTransaction: Statement
  let commitTransaction: Statement
  let insertCredential: Statement
  let selectCredential: Statement
  let extendCredential: Statement
  let insertUploadToken: Statement
  let selectUploadToken: Statement
  let endUploadToken: Statement
  let insertRelease: Statement
  let selectRelease: Statement
  let insertFile: Statement
  let selectFile: Statement
  let insertIntent: Statement
  let deleteIntent: Statement
  let settleClaim: Statement
  let releaseClaim: Statement
  let selectIntentsBefore: Statement
  let settleClaimsBefore: Statement
  let countProbe: Statement
  let deleteExpired: Statement

  init(_ connection: Connection) throws(DatabaseFailure) {
    self.connection = connection
    beginTransaction = try connection.prepare("BEGIN IMMEDIATE")
    commitTransaction = try connection.prepare("COMMIT")
    insertCredential = try connection.prepare(
      "INSERT INTO credentials (key, kind, remembered_until) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING")
    selectCredential = try connection.prepare("SELECT id, kind, remembered_until, identity FROM credentials WHERE key = ?")
    extendCredential = try connection.prepare("UPDATE credentials SET remembered_until = ? WHERE id = ?")
    insertUploadToken = try connection.prepare(
      "INSERT INTO credentials (key, kind, remembered_until, identity, expiry) VALUES (?, ?, ?, ?, ?)")
    selectUploadToken = try connection.prepare("SELECT identity, expiry FROM credentials WHERE key = ? AND kind = ?")
    endUploadToken = try connection.prepare("UPDATE credentials SET identity = NULL, expiry = NULL WHERE key = ?")
    insertRelease = try connection.prepare(
      "INSERT INTO releases VALUES (?, ?, ?, ?) ON CONFLICT (credential, registry, package) DO NOTHING")
    selectRelease = try connection.prepare("SELECT version FROM releases WHERE credential = ? AND registry = ? AND package = ?")
    insertFile = try connection.prepare(
      "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (credential, registry, package, name) DO NOTHING")
    selectFile = try connection.prepare(
      "SELECT digest, claim FROM files WHERE credential = ? AND registry = ? AND package = ? AND name = ?")
    insertIntent = try connection.prepare("INSERT INTO intents VALUES (?, ?)")
    deleteIntent = try connection.prepare("DELETE FROM intents WHERE id = ?")
    settleClaim = try connection.prepare("UPDATE files SET digest = ?, claim = NULL WHERE claim = ?")
    releaseClaim = try connection.prepare("DELETE FROM files WHERE claim = ?")
    selectIntentsBefore = try connection.prepare("SELECT id, note FROM intents WHERE id < ? ORDER BY id")
    settleClaimsBefore = try connection.prepare("UPDATE files SET claim = NULL WHERE claim < ?")
    countProbe = try connection.prepare("UPDATE probes SET count = count + 1")
    deleteExpired = try connection.prepare(
      """
      DELETE FROM credentials WHERE id IN
        (SELECT id FROM credentials WHERE remembered_until < ? ORDER BY remembered_until LIMIT ?)
      """)
  }

  // MARK: - Transactions

  /// - Parameter commit: What the transaction's commit waits for.
  func begin(_ commit: Durability) throws(DatabaseFailure) {
    if commit != durability {
      try connection.execute(commit.pragma)
      durability = commit
    }
    try beginTransaction.run()
  }

  func commit() throws(DatabaseFailure) { try commitTransaction.run() }

  /// Nothing more can be done where even this fails: the connection is given up then.
  func rollBack() throws(DatabaseFailure) {
    if connection.isInTransaction { try connection.execute("ROLLBACK") }
  }

  // MARK: - Upkeep

  func probe() throws(DatabaseFailure) { try countProbe.run() }

  func removeExpired(at now: UnixTime, limit: Int) throws(DatabaseFailure) -> Int {
    try deleteExpired.run(.integer(now.seconds), .integer(Int64(max(limit, 0))))
    return connection.changes
  }

  /// Numbers for this process's intents above all that are open.
  func intentNumbers() throws(DatabaseFailure) -> IntentNumbers {
    IntentNumbers(above: try connection.integer("SELECT coalesce(max(id), 0) FROM intents") ?? 0)
  }
}
