import StateStore

extension StateSettings {
  /// The store that is meant. Nil where it lives in the gateway's memory, which no command reaches.
  func open(as role: StoreRole, _ report: @escaping @Sendable (StoreCondition) -> Void) -> (any StateStore)? {
    switch self {
    case .memory: role == .gateway ? SQLiteStore.memory() : nil
    case .sqlite(let path): SQLiteStore(path: path, role: role, report: report)
    }
  }
}
