import Configuration
import NIOCore
import NIOPosix
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StrictParsers

/// What a registry that is reached says of its configuration.
struct RegistryCheck {
  let settings: Settings
  let registry: Registry

  func findings() async throws -> [ProbeAnswers.Finding] {
    let credential = try await registry.credential.current()
    var findings: [ProbeAnswers.Finding] = []
    var probe = registry.settings.protocol.publishProbe
    if let directory = registry.settings.protocol.directory {
      let document = try await read(directory.path, upTo: directory.limit, with: credential)
      guard document.status == 200 else { return [unread(document.status)] }
      let reading = directory.read(document.body, registry.ownLinks)
      findings = reading.problems.map { .init(key: $0.key, severity: $0.isError ? .error : .warning, message: $0.message) }
      guard let place = reading.probe else { return findings }
      probe = place
    }
    findings += try await ask(probe, with: credential).findings(of: registry.settings, probe)
    if needsExistence, let absence = registry.settings.protocol.absence, try await existence(by: absence.probe, with: credential) != .absent
    {
      findings.append(.init(key: absence.key, severity: .warning, message: absence.advice))
    }
    return findings
  }

  private func unread(_ status: Int) -> ProbeAnswers.Finding {
    if PublishProbe.refusing.contains(status) {
      return .init(key: "upstream.credential", severity: .error, message: "the registry refuses the credential: it answers \(status)")
    }
    return .init(
      key: "upstream.url", severity: .error, message: "the registry answers \(status) where it must say at which place it takes uploads")
  }

  private func ask(_ probe: PublishProbe, with credential: ServiceCredential?) async throws -> ProbeAnswers {
    let known = try await asking(registry.origin) { connection throws(UpstreamFailure) in
      try await PublishProbe.status(of: registry, probe, with: credential, on: connection)
    }
    var answers = ProbeAnswers(known: known)
    guard credential != nil || registry.settings.upstream.clientCertificate != nil else { return answers }
    // Without the client certificate, too: a registry that demands one is not open.
    answers.unknown = try? await asking(registry.openOrigin) { connection throws(UpstreamFailure) in
      try await PublishProbe.status(of: registry, probe, with: nil, on: connection)
    }
    for page in answers.unknown == nil ? [] : registry.settings.ecosystem.type.listings {
      let status = try? await asking(registry.openOrigin) { connection throws(UpstreamFailure) in
        try await PublishProbe.status(ofReading: registry.settings.upstream.basePath + page, of: registry, on: connection)
      }
      if status == 200 { answers.openPage = page }
    }
    return answers
  }

  // MARK: - Existence

  /// Whether an upload's decision may depend on what the registry has.
  private var needsExistence: Bool {
    registry.settings.overwrite == .refuse
      || settings.publishers.contains { publisher in
        guard let patterns = publisher.mayPublish.first(where: { $0.registry == registry.name })?.patterns else { return false }
        return switch publisher.create {
        case .any: false
        case .named: patterns.contains { !$0.isLiteral }
        case .none: true
        }
      }
  }

  private func existence(by probe: ExistenceProbe, with credential: ServiceCredential?) async throws -> Existence {
    try await probe.existence { probe in probe.reading(try await read(probe.path, upTo: probe.bodyLimit, with: credential)) }
  }

  // MARK: - Asking

  private func read(_ path: ExactString, upTo limit: Int, with credential: ServiceCredential?) async throws -> ExistenceProbe.Answer {
    try await asking(registry.origin) { connection throws(UpstreamFailure) in
      try await PublishProbe.answer(toReading: path, upTo: limit, of: registry, with: credential, on: connection)
    }
  }

  /// Asks one question on a connection of its own. What is thrown is the cause where the connection fails.
  private func asking<Answer>(
    _ origin: UpstreamOrigin, _ question: (UpstreamConnection) async throws(UpstreamFailure) -> Answer
  ) async throws -> Answer {
    let bytes = try await origin.open(on: MultiThreadedEventLoopGroup.singleton.any())
    do throws(UpstreamFailure) {
      return try await question(UpstreamConnection(bytes, slot: nil, wasReused: false, limits: settings.server.limits))
    } catch {
      if let trouble = await bytes.trouble { throw trouble }
      throw error
    }
  }
}
