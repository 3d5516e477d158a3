import Configuration
import StateStore

extension StateSettings {
  /// The store that is meant. `nil` if it lives in the gateway's memory, which no command reaches.
  ///
  /// - Parameter report: Called with the cause when the store stops answering, and with nil when it answers again.
  func open(
    as role: StoreRole, _ environment: [String: String], _ report: @escaping @Sendable (_ trouble: String?) -> Void
  ) -> (any StateStore)? {
    switch self {
    case .memory: role == .gateway ? SQLiteStore.memory() : nil
    case .sqlite(let path): SQLiteStore(path: path, role: role) { report($0.trouble.map { "\(path): \($0)" }) }
    case .postgres(let url):
      PostgresStore(role: role, report: { report($0.trouble) }, location: { PostgresLocation(url, environment) })
    }
  }
}

extension StoreCondition where Failure: CustomStringConvertible {
  fileprivate var trouble: String? { if case .unavailable(let failure) = self { failure.description } else { nil } }
}
