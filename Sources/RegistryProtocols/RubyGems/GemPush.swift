import StrictParsers

/// The one request of a push. `gem` asks for a password or a code where an answer begins as RubyGems.org's does: no job can give either. A person
/// whose own credential went to the registry can.
struct GemPush: UpstreamExchange {
  /// How the two answers begin.
  static let questions = ["The API key doesn't have access", "You have enabled multifactor authentication"]

  private var request = SingleRequest(.post, "/api/v1/gems")

  mutating func begin(_ upload: InspectedUpload?) -> UpstreamRequest { request.begin(upload) }

  mutating func next(after response: UpstreamResponse) -> UpstreamStep {
    guard !response.isToOwnCredential, Self.questions.contains(where: { response.body.starts(with: $0.utf8) }) else { return .relay }
    return .relayAs(Array("the registry says: ".utf8) + response.body)
  }
}
