package import TokenVerification

extension Policy {
  /// Each publisher of the issuer that could be meant, with its conditions; those with the fewest failures first, and at most `limit`.
  ///
  /// - Parameter recorded: The one that is shown before all others.
  package func explain(
    _ supposed: SupposedIdentity, _ upload: SupposedUpload, recorded: PublisherID? = nil, at now: UnixTime, limit: Int = 20
  ) -> [ExplainedPublisher] {
    let version = upload.target.map { judgedVersion(of: $0) } ?? .unknown
    let explained = candidates(for: supposed, upload.learnt ?? []).filter { $0.patterns(for: upload.registry) != nil }
      .map { ExplainedPublisher($0, supposed, upload, version: version, at: now) }
    // In the order of the configuration where they fail alike.
    let places = explained.enumerated().map { ($0.element.id == recorded ? 0 : 1, $0.element.failures, $0.offset) }
    return explained.enumerated().sorted { places[$0.offset] < places[$1.offset] }
      .prefix(limit).map(\.element)
  }
}
