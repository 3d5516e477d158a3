extension Refusal {
  /// Runs one stage that waits and puts its refusal into the sum of all stages.
  static func wrap<Stage: Error, Value>(
    _ stage: (Stage) -> Refusal, _ body: () async throws(Stage) -> Value
  ) async throws(Refusal) -> Value {
    do throws(Stage) { return try await body() } catch { throw stage(error) }
  }

  /// Runs one stage and puts its refusal into the sum of all stages.
  static func wrap<Stage: Error, Value>(_ stage: (Stage) -> Refusal, _ body: () throws(Stage) -> Value) throws(Refusal) -> Value {
    do throws(Stage) { return try body() } catch { throw stage(error) }
  }
}
