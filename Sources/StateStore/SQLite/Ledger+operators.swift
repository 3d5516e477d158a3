import PublisherPolicy
import StrictParsers
import TokenVerification

extension Ledger {
  func freeze(_ freeze: Freeze, _ deed: [UInt8]) throws(DatabaseFailure) {
    let (kind, name) = freeze.scope.columns
    try connection.prepare("INSERT OR REPLACE INTO freezes VALUES (?, ?, ?, ?)").run(
      kind, name, .text(freeze.why), .integer(freeze.since.seconds))
    try keep(deed)
  }

  func unfreeze(_ scope: Freeze.Scope, _ deed: [UInt8]) throws(DatabaseFailure) -> Bool {
    let (kind, name) = scope.columns
    try connection.prepare("DELETE FROM freezes WHERE kind = ? AND name = ?").run(kind, name)
    guard connection.changes > 0 else { return false }
    try keep(deed)
    return true
  }

  func freezes() throws(DatabaseFailure) -> [Freeze] {
    let freezes = try connection.prepare("SELECT kind, name, why, since FROM freezes ORDER BY kind, name").all { Freeze($0) }
    // What can't be read was meant to stop something: nothing is published until somebody has looked.
    guard !freezes.contains(nil) else { throw .damaged }
    return freezes.compactMap { $0 }
  }

  func bulletin(at now: UnixTime) throws(DatabaseFailure) -> Bulletin {
    let deeds = try connection.prepare("SELECT id, note FROM deeds WHERE leased_until <= ? ORDER BY id")
      .all(.integer(now.seconds)) { OperatorDeed(id: $0.integer(0), note: $0.blob(1) ?? []) }
    if !deeds.isEmpty {
      try connection.prepare("UPDATE deeds SET leased_until = ? WHERE leased_until <= ?")
        .run(.integer(now.advanced(by: Bulletin.lease).seconds), .integer(now.seconds))
    }
    return Bulletin(freezes: try freezes(), deeds: deeds)
  }

  func settle(_ deeds: [OperatorDeed]) throws(DatabaseFailure) {
    let delete = try connection.prepare("DELETE FROM deeds WHERE id = ?")
    for deed in deeds { try delete.run(.integer(deed.id)) }
  }

  func keep(_ deed: [UInt8]) throws(DatabaseFailure) {
    try connection.prepare("INSERT INTO deeds (note) VALUES (?)").run(.blob(deed))
  }
}
