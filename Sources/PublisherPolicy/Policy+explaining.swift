package import TokenVerification

extension Policy {
  /// Each publisher of the issuer that could be meant, with its conditions; those with the fewest failures first, and at most `limit`.
  package func explain(
    _ supposed: SupposedIdentity, _ upload: SupposedUpload, at now: UnixTime, limit: Int = 20
  ) -> [ExplainedPublisher] {
    let explained = candidates(for: supposed, upload.learnt ?? []).filter { $0.patterns(for: upload.registry) != nil }
      .map { ExplainedPublisher($0, supposed, upload, at: now) }
    // In the order of the configuration where they fail alike.
    return explained.enumerated().sorted { ($0.element.failures, $0.offset) < ($1.element.failures, $1.offset) }
      .prefix(limit).map(\.element)
  }
}
