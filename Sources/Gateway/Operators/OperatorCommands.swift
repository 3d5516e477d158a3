package import Configuration
package import Observability
import PublisherPolicy
import StateStore
import StrictParsers
import Synchronization
import TokenVerification

/// What operators tell the gateways, and ask of what they remember: all of it through the store, which every gateway reads.
package struct OperatorCommands: Sendable {
  /// Why a command can't be carried out.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// What a freeze is to stop.
  package enum Scope: Sendable {
    case everything
    case registry(String)
    case publisher(String)
  }

  private let settings: Settings
  /// Whether the settings are all that the configuration says.
  private let isWhole: Bool
  private let store: any StateStore
  private let trouble: Trouble
  private let person: Operator
  private let now: Timestamp

  /// Why the store does not answer, as it said itself.
  private final class Trouble: Sendable {
    let words = Mutex("it can't be read")
  }

  package init(settings: Settings, isWhole: Bool, environment: [String: String], person: Operator, now: Timestamp) throws(Failure) {
    let trouble = Trouble()
    let store = settings.state.open(as: .command, environment) { words in
      if let words { trouble.words.withLock { $0 = words } }
    }
    guard let store else {
      throw Failure(description: "the state of this configuration lives in its gateway's memory: no command reaches it")
    }
    self.settings = settings
    self.isWhole = isWhole
    self.store = store
    self.trouble = trouble
    self.person = person
    self.now = now
  }

  package func close() async { await store.close() }

  // MARK: Publishers

  /// What is known of each publisher of the configuration, and of those that are no longer in it.
  package func publishers() async throws(Failure) -> [PublisherReport] {
    let records = Dictionary(grouping: try await ask { () throws(StateRefusal) in try await store.publisherRecords() }, by: \.key.publisher)
    let known = Set(settings.publishers.map(\.id))
    let configured = settings.publishers.map { report(of: $0, records[$0.id] ?? []) }
    let gone = records.keys.filter { !known.contains($0) }.sorted { $0.description < $1.description }
    return configured + gone.map { PublisherReport(gone: $0, records[$0] ?? []) }
  }

  private func report(of publisher: Publisher, _ records: [PublisherRecord]) -> PublisherReport {
    PublisherReport(publisher, records, issuerURL: settings.issuers.first { $0.name == publisher.issuer }?.url)
  }

  package func publisher(_ id: String) async throws(Failure) -> PublisherReport {
    if let publisher = try await publishers().first(where: { $0.id.description == id }) { return publisher }
    throw Failure(description: "there is no publisher \"\(id)\", and nothing is known of one")
  }

  /// Forgets what a publisher has learnt, so that it learns anew. Returns how many records there were.
  package func forget(_ publisher: String, why: String) async throws(Failure) -> Int {
    let id = PublisherID(publisher)
    let count = try await ask { () throws(StateRefusal) in try await store.forget(id, action(.forget, why) { $0.publisher = id }) }
    guard count > 0 else { throw Failure(description: "nothing is known of a publisher \"\(publisher)\"") }
    return count
  }

  /// Ends all upload tokens that were given out for a publisher, also one that is no longer in the configuration. Returns how many lived.
  package func revoke(_ publisher: String, why: String) async throws(Failure) -> Int {
    let id = try await known(publisher)
    return try await ask { () throws(StateRefusal) in
      try await store.revoke([id], at: now.unixTime ?? .latest, action(.revoke, why) { $0.publisher = id })
    }
  }

  /// One that the configuration has, or had when it published or was given a token: a gateway may still go by that one.
  private func known(_ publisher: String) async throws(Failure) -> PublisherID {
    let id = PublisherID(publisher)
    if !isWhole || settings.publishers.contains(where: { $0.id == id }) { return id }
    let withTokens = try await ask { () throws(StateRefusal) in try await store.publishersOfTokens(at: now.unixTime ?? .latest) }
    if withTokens.contains(id) { return id }
    let records = try await ask { () throws(StateRefusal) in try await store.publisherRecords() }
    if records.contains(where: { $0.key.publisher == id }) { return id }
    let near = Spelling.nearest(to: publisher, among: settings.publishers.prefix(1000).map(\.id.description))
    throw Failure(
      description: "there is no publisher \"\(publisher)\" in the configuration" + (near.map { " (did you mean \"\($0)\"?)" } ?? ""))
  }

  // MARK: Freezes

  /// Returns what is frozen from now on, in words.
  package func freeze(_ scope: Scope, why: String) async throws(Failure) -> String {
    let scope = try await self.scope(scope, mustExist: true)
    let freeze = Freeze(scope: scope, why: why, since: now.unixTime ?? .latest)
    try await ask { () throws(StateRefusal) in try await store.freeze(freeze, action(.freeze, why) { $0.describe(scope) }) }
    return scope.words
  }

  /// Returns what is free again, in words.
  package func unfreeze(_ scope: Scope, why: String) async throws(Failure) -> String {
    let scope = try await self.scope(scope, mustExist: false)
    let wasFrozen = try await ask { () throws(StateRefusal) in
      try await store.unfreeze(scope, action(.unfreeze, why) { $0.describe(scope) })
    }
    guard wasFrozen else { throw Failure(description: "\(scope.words) is not frozen") }
    return scope.words
  }

  package func freezes() async throws(Failure) -> [FreezeReport] {
    try await ask { () throws(StateRefusal) in try await store.freezes() }.map { FreezeReport(freeze: $0) }
  }

  /// What is frozen is freed even if its name is no longer in the configuration.
  private func scope(_ scope: Scope, mustExist: Bool) async throws(Failure) -> Freeze.Scope {
    switch scope {
    case .everything: return .everything
    case .registry(let name):
      guard !mustExist || !isWhole || settings.registries.contains(where: { $0.name.description == name }) else {
        throw Failure(description: "there is no registry \"\(name)\" in the configuration")
      }
      return .registry(RegistryName(name))
    case .publisher(let name): return .publisher(mustExist ? try await known(name) : PublisherID(name))
    }
  }

  // MARK: The store

  private func ask<Value>(_ question: () async throws(StateRefusal) -> Value) async throws(Failure) -> Value {
    do throws(StateRefusal) {
      return try await question()
    } catch {
      throw Failure(description: "the state store can't be used: \(trouble.words.withLock { $0 })")
    }
  }

  /// The audit record of what this command does, which some gateway writes.
  private func action(_ event: AuditRecord.Event, _ why: String, _ describe: (inout AuditRecord) -> Void) -> [UInt8] {
    var randomness = SystemRandomNumberGenerator()
    var record = AuditRecord(event, RequestID(at: now, using: &randomness))
    record.granted = true
    record.person = person
    record.configuration = settings.digest
    describe(&record)
    return record.line(.completed(detail: why), at: now)
  }
}

extension AuditRecord {
  fileprivate mutating func describe(_ scope: Freeze.Scope) {
    switch scope {
    case .everything: break
    case .registry(let name): registry = name
    case .publisher(let id): publisher = id
    }
  }
}
