package import Configuration
package import Observability
import PublisherPolicy
import RegistryProtocols
import Secrets
import StateStore
import StrictParsers
import TokenVerification

/// Takes an upload through the steps that it would pass: the same code that serves, without a registry, and without a Grant.
package struct Explainer: Sendable {
  /// Who would publish.
  package enum Subject: Sendable {
    /// A token. `keys`: a JWK set to verify with instead of asking the issuer.
    case token([UInt8], keys: [UInt8]?)
    /// The claims of a token that need not be there. `issuer`: its name in the configuration, where they don't tell.
    case claims([UInt8], issuer: String?)
    /// A line of the audit log.
    case record([UInt8])
  }

  /// What the upload would publish, as far as it was said.
  package enum Question: Sendable {
    case nothing
    case release(package: String, version: String?)
    case file(name: String, content: [UInt8])
  }

  /// The question itself is wrong.
  package struct Misunderstood: Error, CustomStringConvertible {
    package let description: String
  }

  let settings: Settings
  let policy: Policy
  let verifier: TokenVerifier
  private let builder: ConfigurationBuilder
  private let environment: [String: String]
  let now: UnixTime

  package init(settings: Settings, environment: [String: String], now: Timestamp) throws(Misunderstood) {
    let time = now.unixTime ?? .latest
    builder = ConfigurationBuilder.forCommand(environment: environment, now: { time })
    do throws(ConfigurationBuilder.Failure) {
      (policy, verifier) = try builder.judges(settings)
    } catch {
      throw Misunderstood(description: error.message)
    }
    self.settings = settings
    self.environment = environment
    self.now = time
  }

  /// - Parameters:
  ///   - registry: its name in the configuration; by the token's audience, or as it was recorded, where none is given.
  ///   - packageExists: what the registry, which is never asked, would say of the package.
  package func explain(
    _ subject: Subject, registry: String?, _ question: Question, packageExists: Bool?
  ) async throws(Misunderstood) -> Explanation {
    let existence = packageExists.map { $0 ? Existence.exists : .absent }
    switch subject {
    case .token(let file, let keys):
      let token = Array(file.prefix { !ASCII.isControl($0) })
      let claims = UnverifiedClaims.of(token)
      let registry = try self.registry(registry, audience: UnverifiedClaims.audience(in: claims))
      let run = ExplainedRun(self, .token, registry, try target(question, registry), existence, at: now)
      await run.judge(token: token, claims: claims, keys: try keySet(keys))
      return run.explanation
    case .claims(let file, let name):
      let claims: JSONObject
      do throws(JSONError) {
        claims = try StrictJSON.parseObject(file)
      } catch {
        throw Misunderstood(description: "the claims are no JSON object: \(error.description)")
      }
      let registry = try self.registry(registry, audience: UnverifiedClaims.audience(in: claims))
      let run = ExplainedRun(self, .claims, registry, try target(question, registry), existence, at: now)
      if let issuer = try issuer(of: claims, name) { await run.judge(claims: claims, issuer: issuer) } else { run.refuseUnknownIssuer() }
      return run.explanation
    case .record(let file): return try await explain(record: file, registry, existence)
    }
  }

  private func explain(record file: [UInt8], _ name: String?, _ existence: Existence?) async throws(Misunderstood) -> Explanation {
    let record: RecordedUpload
    do throws(RecordedUpload.Malformation) {
      record = try RecordedUpload(line: file)
    } catch {
      throw Misunderstood(description: "the record can't be read: \(error.explanation)")
    }
    let registry = try registry(name ?? record.registry?.text, audience: nil)
    var target: PublishTarget?
    if let package = record.package {
      target = try self.target(package: package, version: record.version, file: record.file ?? "", registry)
    }
    let run = ExplainedRun(self, .record, registry, target, existence, at: now)
    await run.judge(record: record)
    return run.explanation
  }

  // MARK: - Who

  /// `nil` if the claims name an issuer that is not configured.
  private func issuer(of claims: JSONObject, _ name: String?) throws(Misunderstood) -> IssuerSettings? {
    switch (claims["iss"], name) {
    case (.some, .some): throw Misunderstood(description: "--issuer is for claims without iss")
    case (let url?, nil): return settings.issuers.first { .string($0.url) == url }
    case (nil, let name?):
      guard let issuer = settings.issuers.first(where: { ExactString($0.name.description) == ExactString(name) }) else {
        throw Misunderstood(description: "there is no issuer \(Printable.value(ExactString(name))) in this configuration")
      }
      return issuer
    case (nil, nil):
      guard settings.issuers.count == 1 else { throw Misunderstood(description: "say with --issuer whose claims these are") }
      return settings.issuers[0]
    }
  }

  func issuerWithKeys(_ issuer: IssuerSettings) -> Issuer? { try? builder.issuer(issuer) }

  private func keySet(_ bytes: [UInt8]?) throws(Misunderstood) -> KeySet? {
    guard let bytes else { return nil }
    do { return try KeySet(jwks: bytes) } catch {
      throw Misunderstood(description: "the keys are no JWK set that could be used: \(error.explanation)")
    }
  }

  /// What the state store says of somebody.
  enum State {
    case asked(learnt: [PinnedIdentity], freezes: [Freeze])
    /// It lives in a gateway's memory, which no operator can freeze from outside, or no gateway has made it yet.
    case none
    /// It can't be asked from here.
    case unknown
  }

  func state(of supposed: SupposedIdentity) async -> State {
    if case .sqlite(let path) = settings.state, FileVersion(of: path) == nil { return .none }
    guard let store = settings.state.open(as: .command, environment, { _ in }) else { return .none }
    var state = State.unknown
    do throws(StateRefusal) {
      var learnt: [PinnedIdentity] = []
      if policy.pinsOnFirstUse(from: supposed), let known = policy.recognisable(supposed) {
        learnt = try await store.learnt(issuer: supposed.issuerURL, repository: known.repository, ids: known.ids)
      }
      state = .asked(learnt: learnt, freezes: try await store.freezes())
    } catch {
      state = .unknown
    }
    await store.close()
    return state
  }

  // MARK: - What

  private func registry(_ name: String?, audience: ExactString?) throws(Misunderstood) -> RegistrySettings {
    if let name {
      if let registry = settings.registries.first(where: { ExactString($0.name.description) == ExactString(name) }) { return registry }
      throw Misunderstood(description: "there is no registry \(Printable.value(ExactString(name))) in this configuration")
    }
    if settings.registries.count == 1 { return settings.registries[0] }
    let meant = settings.registries.filter { $0.audience == audience }
    guard meant.count == 1 else { throw Misunderstood(description: "say with --registry which of the registries is meant") }
    return meant[0]
  }

  private func target(_ question: Question, _ registry: RegistrySettings) throws(Misunderstood) -> PublishTarget? {
    switch question {
    case .nothing: return nil
    case .release(let package, let version):
      return try target(package: ExactString(package), version: version.map { ExactString($0) }, file: "", registry)
    case .file(let name, let content):
      let target: PublishTarget?
      do throws(UploadRefusal) {
        target = try registry.protocol.target(
          ofFile: ExactString(name), FileContent(bytes: content), .ofThisThread(settings.server.limits.inspectionTimeout))
      } catch {
        throw Misunderstood(description: "\(name): \(error.explanation) (\(error.code.rawValue))")
      }
      if let target { return target }
      throw Misunderstood(description: "an upload to \(registry.name) is named by its path: use --package and --version")
    }
  }

  private func target(
    package: ExactString, version: ExactString?, file: ExactString, _ registry: RegistrySettings
  ) throws(Misunderstood) -> PublishTarget {
    let ecosystem = registry.ecosystem
    guard let name = ecosystem.naming.canonicalName(package) else {
      throw Misunderstood(description: "\(Printable.value(package)) is not a package's name of the protocol \(ecosystem)")
    }
    var target: PublishTarget.Version?
    if let version {
      guard let canonical = ecosystem.naming.canonicalVersion(version) else {
        throw Misunderstood(description: "\(Printable.value(version)) is not a version of the protocol \(ecosystem)")
      }
      target = .init(written: version, canonical: canonical)
    }
    return PublishTarget(registry: registry.name, package: .init(canonical: name), version: target, file: file)
  }
}

private struct FileContent: RandomAccessBytes {
  let bytes: [UInt8]

  var count: Int { bytes.count }

  func read(at offset: Int, count: Int) throws(UnreadableBytes) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= bytes.count, count <= bytes.count - offset else { throw UnreadableBytes(offset: offset) }
    return Array(bytes[offset..<(offset + count)])
  }
}
