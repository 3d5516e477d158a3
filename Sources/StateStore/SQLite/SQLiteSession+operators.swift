import PublisherPolicy
import StrictParsers
import TokenVerification

extension SQLiteSession {
  func freeze(_ freeze: Freeze, _ action: [UInt8]) throws(DatabaseFailure) {
    let (kind, name) = freeze.scope.columns
    try connection.prepare("INSERT OR REPLACE INTO freezes VALUES (?, ?, ?, ?)").run(
      kind, name, .text(freeze.why), .integer(freeze.since.seconds))
    try keep(action)
  }

  func unfreeze(_ scope: Freeze.Scope, _ action: [UInt8]) throws(DatabaseFailure) -> Bool {
    let (kind, name) = scope.columns
    try connection.prepare("DELETE FROM freezes WHERE kind = ? AND name = ?").run(kind, name)
    guard connection.changes > 0 else { return false }
    try keep(action)
    return true
  }

  func freezes() throws(DatabaseFailure) -> [Freeze] {
    let freezes = try connection.prepare("SELECT kind, name, why, since FROM freezes ORDER BY kind, name").all { Freeze($0) }
    // What can't be read was meant to stop something: nothing is published until somebody has looked.
    guard !freezes.contains(nil) else { throw .damaged }
    return freezes.compactMap { $0 }
  }

  func updates(at now: UnixTime) throws(DatabaseFailure) -> OperatorUpdates {
    let actions = try connection.prepare("SELECT id, note FROM deeds WHERE leased_until <= ? ORDER BY id")
      .all(.integer(now.seconds)) { OperatorAction(id: $0.integer(0), note: $0.blob(1) ?? []) }
    if !actions.isEmpty {
      try connection.prepare("UPDATE deeds SET leased_until = ? WHERE leased_until <= ?")
        .run(.integer(now.advanced(by: OperatorUpdates.lease).seconds), .integer(now.seconds))
    }
    return OperatorUpdates(freezes: try freezes(), actions: actions)
  }

  func settle(_ actions: [OperatorAction]) throws(DatabaseFailure) {
    let delete = try connection.prepare("DELETE FROM deeds WHERE id = ?")
    for action in actions { try delete.run(.integer(action.id)) }
  }

  func keep(_ action: [UInt8]) throws(DatabaseFailure) {
    try connection.prepare("INSERT INTO deeds (note) VALUES (?)").run(.blob(action))
  }
}
