/// Who uses a store.
package enum StoreRole: Hashable, Sendable {
  /// Its uploads leave intents, which only their own process may find running.
  case gateway
  /// It looks, or changes what an operator says, while a gateway may run; it makes no store where there is none.
  case command
}
