import Foundation
import StrictParsers
import Testing

@testable import PublisherPolicy

/// A complete token of one CI system and a publisher that it means, with what decides, as `Tests/Vectors/providers.json` says it of each.
struct ProviderFixture: Sendable, CustomTestStringConvertible {
  /// A condition of the publisher's, and the claims that must then be what they are.
  struct Demand: Sendable {
    let key: String
    let values: [ExactString]
    /// Claims that must keep their value.
    let pins: [ExactString]
    /// Claims that must be this text and the version.
    let tags: [ExactString: ExactString]
    /// Lists that must hold this text.
    let lists: [ExactString: ExactString]
    /// Claims that must be this text, with other claims put in for their names in braces, and one of the revisions.
    let references: [ExactString: ExactString]
    let revisions: [ExactString]
    /// Claims that must not be empty.
    let filled: [ExactString]
    /// Whether the publisher would mean nobody without it.
    let isBasic: Bool

    var claims: [ExactString] { pins + tags.keys + lists.keys + references.keys }
  }

  let provider: any CIProvider
  /// The provider's own, or what tells this installation of it from others.
  let name: String
  let url: ExactString
  let claims: JSONObject
  let demands: [Demand]
  /// Claims that must keep their value whatever the publisher says.
  let pinned: [ExactString]
  /// Claims that must be there, and be a string or an integer.
  let present: [ExactString]
  /// Claims that must say what another says, if they are there.
  let agreeing: [ExactString: ExactString]
  /// Values that show a stranger's code.
  let untrustedTriggers: [ExactString: [ExactString]]
  /// What the publisher must say for such a value to be all that is wrong.
  let dangerWhen: [ExactString: ExactString]
  /// Claims whose values have no case.
  let caseless: [ExactString]
  /// Claims that no identity keeps.
  let ignored: [ExactString]
  let provenance: [ExactString: ExactString]

  var testDescription: String { name }

  static let all: [ProviderFixture] = {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Vectors/providers.json")
    guard let data = FileManager.default.contents(atPath: file.path), let list = (try? StrictJSON.parse(Array(data)))?.array else {
      Issue.record("\(file.path) can't be read")
      return []
    }
    let rows = list.compactMap(\.object)
    return rows.compactMap { row in
      // What the row of another installation does not say is what the first row of its provider says.
      guard let first = rows.first(where: { $0["provider"] == row["provider"] }) else { return nil }
      return ProviderFixture(JSONObject(row.members + first.members.filter { row[$0.name] == nil && $0.name != "name" }))
    }
  }()

  /// The first of its installations: its public service, where it has one.
  static func of(_ provider: String) -> ProviderFixture {
    guard let fixture = all.first(where: { $0.provider.id == provider }) else { preconditionFailure("there is no fixture of \(provider)") }
    return fixture
  }

  private init?(_ object: JSONObject) {
    guard let id = object["provider"]?.string?.text, let url = object["url"]?.string, let claims = object["claims"]?.object,
      let provider = ProviderCatalog.provider(id, identity: Self.texts(object["identity"]))
    else {
      Issue.record("a fixture lacks its provider, URL or claims")
      return nil
    }
    self.provider = provider
    name = object["name"]?.string?.text ?? id
    self.url = url
    self.claims = claims
    demands = object["conditions"]?.array?.compactMap(\.object).map { Demand($0) } ?? []
    pinned = Self.texts(object["pinned"])
    present = Self.texts(object["present"])
    agreeing = Self.map(object["agreeing"])
    untrustedTriggers = Dictionary(uniqueKeysWithValues: (object["dangers"]?.object?.members ?? []).map { ($0.name, Self.texts($0.value)) })
    dangerWhen = Self.map(object["danger_when"])
    caseless = Self.texts(object["caseless"])
    ignored = Self.texts(object["ignored"])
    provenance = Self.map(object["provenance"])
  }

  fileprivate static func texts(_ value: JSONValue?) -> [ExactString] { value?.array?.compactMap(\.string) ?? [] }

  fileprivate static func map(_ value: JSONValue?) -> [ExactString: ExactString] {
    Dictionary(uniqueKeysWithValues: (value?.object?.members ?? []).compactMap { member in member.value.string.map { (member.name, $0) } })
  }

  /// A publisher that demands these things.
  func sample(_ demands: [Demand]) -> SamplePublish {
    SamplePublish(provider: provider, url: url, claims: claims, when: demands.map { ($0.key, $0.values) })
  }

  var basic: [Demand] { demands.filter(\.isBasic) }
}

extension ProviderFixture.Demand {
  fileprivate init(_ object: JSONObject) {
    key = object["key"]?.string?.text ?? ""
    values = ProviderFixture.texts(object["values"])
    pins = ProviderFixture.texts(object["pins"])
    tags = ProviderFixture.map(object["tag"])
    lists = ProviderFixture.map(object["lists"])
    references = ProviderFixture.map(object["refers"])
    filled = ProviderFixture.texts(object["filled"])
    revisions = ProviderFixture.texts(object["revisions"])
    isBasic = object["always"] == .bool(true)
  }
}

/// A claim, or a member of one that is an object, at any depth.
struct ClaimPath: Hashable, Sendable {
  let names: [ExactString]

  /// As the fixtures write it.
  var text: ExactString { ExactString(names.map(\.text).joined(separator: "/")) }

  /// Every one of the token, objects before their members.
  static func all(of claims: JSONObject, below names: [ExactString] = []) -> [(path: ClaimPath, value: JSONValue)] {
    claims.members.flatMap { member -> [(ClaimPath, JSONValue)] in
      let path = ClaimPath(names: names + [member.name])
      return [(path, member.value)] + (member.value.object.map { all(of: $0, below: path.names) } ?? [])
    }
  }

  /// Nil takes it away.
  func setting(_ value: JSONValue?, in claims: JSONObject) -> JSONObject {
    guard let first = names.first else { return claims }
    var inner = value
    if names.count > 1 {
      inner = .object(ClaimPath(names: Array(names.dropFirst())).setting(value, in: claims[first]?.object ?? JSONObject([])))
    }
    return JSONObject(claims.members.filter { $0.name != first } + (inner.map { [.init(first, $0)] } ?? []))
  }
}
