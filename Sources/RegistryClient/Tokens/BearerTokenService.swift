import RegistryProtocols
import Secrets
package import StrictParsers
import Synchronization

/// Gets tokens of a registry's own service for the service credential, and keeps each until shortly before its end.
///
/// For one set of scopes one request is under way at a time: others wait for its end.
package final class BearerTokenService: Sendable {
  package typealias Ask = @Sendable (TokenServiceRequest) async throws(UpstreamFailure) -> TokenServiceAnswer
  private typealias Fetched = Result<ServiceCredential, UpstreamFailure>

  /// Each entry holds what finds its token in an answer, which is a hundred times as large as the token.
  static let mostEntries = 100
  /// For how long a registry that asks for no token is believed.
  private static let patience = Duration.seconds(60)

  /// Where a request goes.
  package struct Location: Sendable {
    let authority: String
    let target: String

    package init(authority: String, target: String) {
      self.authority = authority
      self.target = target
    }
  }

  private struct Entry {
    let credential: ServiceCredential
    let number: Int
    let task: Task<Fetched, Never>
    /// `nil` while the request is under way.
    var end: ContinuousClock.Instant?
  }

  private struct State {
    var entries: [[ExactString]: Entry] = [:]
    var number = 0

    /// Drops what has expired, and the oldest entry if that is not enough for one more.
    mutating func makeRoom(at now: ContinuousClock.Instant) {
      entries = entries.filter { $0.value.end.map { now < $0 } ?? true }
      guard entries.count >= BearerTokenService.mostEntries, let oldest = entries.min(by: { $0.value.number < $1.value.number }) else {
        return
      }
      entries[oldest.key] = nil
    }
  }

  private let challenge: Location
  private let configured: Location?
  private let service: ExactString?
  private let registry: LinkRewrite
  private let now: @Sendable () -> ContinuousClock.Instant
  private let state = Mutex(State())

  /// - Parameters:
  ///   - challenge: The read that is answered by a challenge.
  ///   - configured: The service's own place, if the operator states it.
  ///   - service: What the service is called, if the operator states it. A challenge that names another is refused.
  ///   - registryOrigin: `scheme://host[:port]`: a realm that the operator does not state must be there.
  package init(
    challenge: Location, configured: Location?, service: ExactString? = nil, registryOrigin: String,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    self.challenge = challenge
    self.configured = configured
    self.service = service
    registry = LinkRewrite(upstreamOrigin: registryOrigin, upstreamPath: "", publicOrigin: "", publicPath: "")
    self.now = now
  }

  /// A token with these scopes as the credential of a request; the service credential itself if the registry asks for no token.
  package func credential(
    for scopes: [ExactString], by credential: ServiceCredential, under permit: CredentialPermit, ask: @escaping Ask
  ) async throws(UpstreamFailure) -> ServiceCredential {
    let now = now()
    let task = state.withLock { state in
      if let entry = state.entries[scopes], entry.credential.isSame(as: credential), entry.end.map({ now < $0 }) ?? true {
        return entry.task
      }
      state.number += 1
      let number = state.number
      let task = Task { await self.fetch(scopes, credential, number, ask) }
      state.makeRoom(at: now)
      state.entries[scopes] = Entry(credential: credential, number: number, task: task)
      return task
    }
    return try await task.value.get()
  }

  /// Forgets a token that the registry does not take any more, or that it took the service credential itself.
  package func forget(_ credential: ServiceCredential) {
    state.withLock { state in
      for (scopes, entry) in state.entries where entry.end != nil && entry.number == credential.number { state.entries[scopes] = nil }
    }
  }

  private func fetch(_ scopes: [ExactString], _ credential: ServiceCredential, _ number: Int, _ ask: Ask) async -> Fetched {
    var end: ContinuousClock.Instant?
    let fetched: Fetched
    do throws(UpstreamFailure) {
      if let (request, service) = try await place(ask) {
        let given = try await token(scopes, service, at: request, credential, ask)
        end = now() + .seconds(given.usableFor)
        fetched = .success(ServiceCredential(token: given.text, for: credential, number: number))
      } else {
        end = now() + Self.patience
        fetched = .success(credential.numbered(number))
      }
    } catch {
      fetched = .failure(error)
    }
    state.withLock { state in
      guard state.entries[scopes]?.number == number else { return }
      if let end { state.entries[scopes]?.end = end } else { state.entries[scopes] = nil }
    }
    return fetched
  }

  // MARK: The service's place

  /// `nil` if the registry has no token service: only a success and a challenge of another scheme say so.
  ///
  /// An answer of any other kind tells nothing, and one that the operator contradicts is not believed: then the credential is not shown to the registry.
  private func place(_ ask: Ask) async throws(UpstreamFailure) -> (at: (TokenServiceRequest.Place, Location), service: ExactString?)? {
    let head = UpstreamHead(readingUnknown: challenge.target, authority: challenge.authority)
    let answer = try await ask(TokenServiceRequest(place: .registry, asksForToken: false, head: head))
    let status = answer.head.status
    let fields = answer.head.fields.values(named: "www-authenticate")
    let bearers = status == 401 ? fields.filter { ASCII.equalIgnoringCase($0.prefix(6), "bearer".utf8) } : []
    guard let field = bearers.first else {
      guard configured == nil, status == 401 || (200..<300).contains(status) else { throw .noToken(status: status) }
      return nil
    }
    guard bearers.count == 1, let found = BearerChallenge(field) else { throw .malformedAnswer }
    let service = self.service ?? found.service
    guard found.service == nil || found.service == service else { throw .foreignTokenService }
    if let configured { return ((.service, configured), service) }
    guard let target = registry.target(of: found.realm.utf8) else { throw .foreignTokenService }
    return ((.registry, Location(authority: challenge.authority, target: target.text)), service)
  }

  private func token(
    _ scopes: [ExactString], _ service: ExactString?, at request: (place: TokenServiceRequest.Place, location: Location),
    _ credential: ServiceCredential, _ ask: Ask
  ) async throws(UpstreamFailure) -> GivenToken {
    let parameters = (service.map { [("service", $0)] } ?? []) + scopes.map { ("scope", $0) }
    let query = parameters.map { "\($0)=\(PercentEncoding.encode($1.utf8))" }.joined(separator: "&")
    let location = request.location
    let target =
      query.isEmpty ? location.target : "\(location.target)\(location.target.utf8.contains(UInt8(ascii: "?")) ? "&" : "?")\(query)"
    let head = UpstreamHead(askingForTokenAt: target, authority: location.authority, credential: credential)
    let sent = TokenServiceRequest(place: request.place, asksForToken: true, head: head)
    let answer = try await ask(sent)
    if sent.isRefused(by: answer.head.status) { throw .credentialRefused }
    guard answer.head.status == 200, let given = GivenToken(answer.body) else { throw .noToken(status: answer.head.status) }
    return given
  }
}
