/// Whether a store answers; told when it changes.
package enum StoreCondition<Failure: Error & Hashable & Sendable>: Hashable, Sendable {
  case available
  case unavailable(Failure)
}

/// What an operation of a store gave: a value, or why the credential may not be used so.
typealias StoreResult<Value> = Result<Value, StateRefusal>
