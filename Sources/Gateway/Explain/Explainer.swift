import PublisherPolicy
import RegistryProtocols
import StrictParsers
import TokenVerification

/// Takes a token through the steps of an upload: the same code that serves, without a registry, a store or a Grant that anybody could use.
package struct Explainer: Sendable {
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

  private let configuration: Configuration
  private let now: UnixTime

  package init(settings: Settings, environment: [String: String], now: Timestamp) throws(Misunderstood) {
    let time = now.unixTime ?? .latest
    do throws(ConfigurationBuilder.Failure) {
      configuration = try ConfigurationBuilder.forCommand(environment: environment, now: { time }).build(settings, replacing: nil)
    } catch {
      throw Misunderstood(description: error.message)
    }
    self.now = time
  }

  /// - Parameters:
  ///   - registry: its name in the configuration; by the token's audience where none is given.
  ///   - keys: a JWK set to verify with instead of asking the issuer.
  package func explain(
    token: [UInt8], registry: String?, question: Question, keys: [UInt8]?
  ) async throws(Misunderstood) -> Explanation {
    let token = Self.trimmed(token)
    let registry = try self.registry(registry, for: token)
    let target = try target(question, registry)
    let keys = try keySet(keys)
    let run = ExplainedRun(configuration: configuration, registry: registry, now: now)
    do throws(Refusal) {
      let identity = try await run.identify(token, keys: keys)
      try run.judge(identity, target)
    } catch {
      run.refusal = run.refusal ?? error
    }
    return run.explanation
  }

  /// Without the line end that a file has.
  private static func trimmed(_ token: [UInt8]) -> [UInt8] {
    Array(token.prefix { !ASCII.isControl($0) })
  }

  private func keySet(_ bytes: [UInt8]?) throws(Misunderstood) -> KeySet? {
    guard let bytes else { return nil }
    do { return try KeySet(jwks: bytes) } catch { throw Misunderstood(description: "the keys are no JWK set that could be used: \(error)") }
  }

  private func registry(_ name: String?, for token: [UInt8]) throws(Misunderstood) -> Registry {
    let registries = configuration.registries
    if let name {
      if let registry = registries.first(where: { $0.name.description == name }) { return registry }
      throw Misunderstood(description: "there is no registry \"\(name)\" in this configuration")
    }
    if registries.count == 1 { return registries[0] }
    let audience = UnverifiedClaims(of: token)?.audience
    let meant = registries.filter { $0.settings.audience == audience }
    guard meant.count == 1 else { throw Misunderstood(description: "say with --registry which of the registries is meant") }
    return meant[0]
  }

  private func target(_ question: Question, _ registry: Registry) throws(Misunderstood) -> PublishTarget? {
    let ecosystem = registry.settings.ecosystem
    switch question {
    case .nothing: return nil
    case .release(let package, let version):
      guard let name = ecosystem.canonicalName(ExactString(package)) else {
        throw Misunderstood(description: "\"\(package)\" is no package's name of the protocol \(ecosystem.rawValue)")
      }
      var target: PublishTarget.Version?
      if let version {
        guard let canonical = ecosystem.canonicalVersion(ExactString(version)) else {
          throw Misunderstood(description: "\"\(version)\" is no version of the protocol \(ecosystem.rawValue)")
        }
        target = .init(written: ExactString(version), canonical: canonical)
      }
      return PublishTarget(registry: registry.name, package: .init(canonical: name), version: target, file: "")
    case .file(let name, let content):
      let target: PublishTarget?
      do throws(ScopeRefusal) {
        target = try registry.dialect.target(ofFile: ExactString(name), FileContent(bytes: content))
      } catch {
        throw Misunderstood(description: "\(name): \(error.explanation) (\(error.code.rawValue))")
      }
      if let target { return target }
      throw Misunderstood(description: "an upload to \(registry.name) is named by its path: use --package and --version")
    }
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
