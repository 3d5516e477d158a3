import PublisherPolicy
import RegistryProtocols
import StrictParsers
import TokenVerification
import Yams

extension SettingsSchema {
  private enum Answer: String, CaseIterable { case yes, no }
  private enum ExpectedDecision: String, CaseIterable { case grant, refuse }

  /// The codes with which a token, a publisher or a package is refused.
  private static let reasons =
    (TokenRefusal.Code.allCases.map(\.rawValue) + PublisherRefusal.Code.allCases.map(\.rawValue)
      + PackageRefusal.Code.allCases.map(\.rawValue))

  /// The tests of all files. Where something else is wrong, what they say of publishers is not checked: one mistake is told once.
  func tests(_ lists: [SettingsNode], _ declared: Declared, _ publishers: [Publisher]) -> [PolicyTest] {
    let known = problems.hasErrors ? nil : publishers
    var names: Set<[String]> = []
    return lists.flatMap { $0.items() ?? [] }.compactMap { test($0, declared, known, &names) }
  }

  private func test(
    _ node: SettingsNode, _ declared: Declared, _ publishers: [Publisher]?, _ names: inout Set<[String]>
  ) -> PolicyTest? {
    guard let members = node.members(TestKey.self) else { return nil }
    let name = members.required(.name)?.text()
    if let name, !names.insert([node.file, name]).inserted { members[.name]?.error("the name \(name) stands twice in this file") }
    let issuer = chosen(members[.issuer], node, declared.issuers, \.name.description, declared.issuerNames, "issuer")
    let claims = members.required(.claims)?.object()
    let upload = members.required(.upload).flatMap { self.upload($0, declared) }
    let exists: Answer? = members[.packageExists]?.choice()
    let time = members[.at]?.date()
    let expected = members.required(.expect).flatMap { expectation($0, publishers) }
    guard let learnt = learnt(members, node, expected, claims, issuer, publishers) else { return nil }
    guard let name, let issuer, let claims, let upload, let expected else { return nil }
    return PolicyTest(
      name: name, file: node.file, line: node.line, column: node.column, issuer: issuer, registry: upload.registry, claims: claims,
      target: upload.target, learnt: learnt, packageExists: exists.map { $0 == .yes }, time: time, expected: expected)
  }

  /// The one that is named, or the only one there is.
  private func chosen<Item>(
    _ node: SettingsNode?, _ owner: SettingsNode, _ items: [Item], _ name: (Item) -> String, _ names: [String], _ kind: String
  ) -> Item? {
    guard let node else {
      if names.count > 1 { owner.error("\(kind) is missing, and there is more than one", .missingKey) }
      return names.count == 1 ? items.first : nil
    }
    guard let text = reference(node, node.text(), names, kind) else { return nil }
    return items.first { ExactString(name($0)) == ExactString(text) }
  }

  // MARK: What is uploaded

  private func upload(_ node: SettingsNode, _ declared: Declared) -> (registry: RegistrySettings, target: PublishTarget)? {
    guard let members = node.members(TestUploadKey.self) else { return nil }
    let registry = chosen(members[.registry], node, declared.registries, \.name.description, declared.registryNames, "registry")
    let written = members.required(.package)?.text()
    let file = ExactString(members[.file]?.text() ?? "")
    guard let registry, let written else { return nil }
    let ecosystem = registry.ecosystem
    guard let package = ecosystem.naming.canonicalName(ExactString(written)) else {
      members[.package]?.error("\"\(written)\" is not a package's name of the protocol \(ecosystem)")
      return nil
    }
    var version: PublishTarget.Version?
    if registry.protocol.namesVersion {
      guard let found = members.required(.version).flatMap({ self.version($0, ecosystem) }) else { return nil }
      version = found
    } else {
      members[.version]?.error("no upload to \(registry.name) has a version")
    }
    return (registry, PublishTarget(registry: registry.name, package: .init(canonical: package), version: version, file: file))
  }

  private func version(_ node: SettingsNode, _ ecosystem: Ecosystem) -> PublishTarget.Version? {
    guard let text = node.text().map({ ExactString($0) }) else { return nil }
    if let canonical = ecosystem.naming.canonicalVersion(text) { return .init(written: text, canonical: canonical) }
    node.error("\"\(text)\" is not a version of the protocol \(ecosystem)")
    return nil
  }

  // MARK: What is expected

  private func expectation(_ node: SettingsNode, _ publishers: [Publisher]?) -> PolicyTest.Expectation? {
    guard case .mapping = node.node else {
      guard let decision: ExpectedDecision = node.choice() else { return nil }
      return decision == .grant ? .grant(nil) : .refusal(code: nil)
    }
    guard let members = node.members(ExpectationKey.self),
      let decision: ExpectedDecision = members.required(.decision)?.choice()
    else { return nil }
    switch decision {
    case .grant:
      members[.reason]?.error("is for a refusal")
      guard let node = members[.publisher] else { return .grant(nil) }
      return publisher(node, publishers).map { .grant($0) }
    case .refuse:
      members[.publisher]?.error("is for a grant: a refusal has a reason")
      guard let node = members[.reason] else { return .refusal(code: nil) }
      return reference(node, node.text(), Self.reasons, "reason").map { .refusal(code: $0) }
    }
  }

  private func publisher(_ node: SettingsNode, _ publishers: [Publisher]?) -> PublisherID? {
    guard let text = node.text() else { return nil }
    guard let publishers else { return PublisherID(text) }
    if let publisher = publishers.first(where: { ExactString($0.id.description) == ExactString(text) }) { return publisher.id }
    // Looking for the nearest of very many would take long.
    return reference(node, text, publishers.prefix(1000).map(\.id.description), "publisher").map { PublisherID($0) }
  }

  // MARK: What was learnt

  /// `nil` if something is wrong with it, which is reported.
  private func learnt(
    _ members: SettingsMembers<TestKey>, _ node: SettingsNode, _ expected: PolicyTest.Expectation?, _ claims: JSONObject?,
    _ issuer: IssuerSettings?,
    _ publishers: [Publisher]?
  ) -> [PinnedIdentity]? {
    var id: PublisherID?
    if let by = members[.learntBy] {
      guard let named = publisher(by, publishers) else { return nil }
      id = named
      if members[.learnt] == nil { by.error("says who has learnt: learnt is missing", .missingKey) }
    } else if let expected {
      if case .grant(let named) = expected { id = named }
    } else {
      return nil
    }
    guard let learnt = members[.learnt] else { return [] }
    guard let entries = learnt.entries() else { return nil }
    let ids = entries.compactMap { name, _, value in value.text().map { ImmutableIDs.ID(ExactString(name), ExactString($0)) } }
    guard let id else {
      learnt.error("needs learnt_by, or a publisher in expect")
      return nil
    }
    guard ids.count == entries.count, let issuer, let provider = ProviderCatalog.provider(issuer.provider, identity: issuer.identity),
      let publisher = publishers?.first(where: { $0.id == id })
    else { return nil }
    guard publisher.pinsOnFirstUse, publisher.issuer == issuer.name else {
      learnt.error("the publisher \(id) learns nothing of \(issuer.name)'s tokens", .invalid)
      return nil
    }
    guard Set(ids.map(\.name)) == Set(provider.immutableIDs) else {
      learnt.error("must hold exactly \(provider.immutableIDs.map(\.text).joined(separator: " and "))")
      return nil
    }
    return publisher.repositories(under: claims ?? JSONObject([]), of: provider).map {
      PinnedIdentity(key: PublisherKey(publisher: id, issuerURL: issuer.url, repository: $0), ids: ImmutableIDs(ids))
    }
  }
}

extension Publisher {
  /// The repository of these claims, if the publisher names it; all that it names otherwise, as of a repository that was renamed.
  fileprivate func repositories(under claims: JSONObject, of provider: any CIProvider) -> [ExactString] {
    let current = provider.repository { claims[$0]?.string }.map { ASCII.lowercased($0) }
    let meant = repositories.filter { ASCII.lowercased($0) == current }
    return meant.isEmpty ? repositories : meant
  }
}
