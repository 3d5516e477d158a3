import Foundation
import PublisherPolicy
import TestSupport
import Testing

@testable import Configuration

/// The documents' table of keys, whose defaults are comments in the sources.
private struct DocumentedKey: CustomStringConvertible {
  let path: [String]
  let value: String

  var description: String { "\(path.joined(separator: ".")): \(value)" }

  /// Those that have a value as their default, not words.
  static func withDefault() throws -> [DocumentedKey] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..")
    let article = try String(
      contentsOf: root.appending(path: "Sources/Gateway/Documentation.docc/Configuration.md"), encoding: .utf8)
    return article.split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 3, let key = code(cells[0]), let value = code(cells[1]) else { return nil }
      return DocumentedKey(path: key.split(separator: ".").map(String.init), value: value)
    }
  }

  /// What stands in code voice, if nothing stands beside it.
  private static func code(_ cell: String) -> String? {
    guard cell.count > 2, cell.hasPrefix("`"), cell.hasSuffix("`"), !cell.dropFirst().dropLast().contains("`") else { return nil }
    return String(cell.dropFirst().dropLast())
  }

  /// A configuration, and the same with this key written out.
  var samples: (without: SettingsSample, with: SettingsSample) {
    var sample = SettingsSample()
    if path.last == "symbols" { sample.protocol = "nuget" }
    if path.last == "methods" {
      sample.registryName = "files"
      sample.protocol = "generic"
      sample.registry = ", template: \"/{name}/{file}\""
      sample.mayPublish = "{files: acme}"
    }
    if path.last == "tags" { sample.protocol = "npm" }
    var with = sample
    let names = path.drop { ["issuers", "registries", "publishers", "NAME", "upstream"].contains($0) }
    let member = names.dropLast().reversed().reduce("\(names.last ?? ""): \(value)") { "\($1): {\($0)}" }
    switch path[0] {
    case "issuers": with.issuers = "{github: {provider: github, \(member)}}"
    case "publishers": with.publisher += ", \(member)"
    case "registries" where path.contains("upstream"):
      with.upstream = sample.upstream.replacing("{none: true}", with: "{none: true}, \(member)")
    case "registries": with.registry += ", \(member)"
    default: with.top = member
    }
    return (sample, with)
  }
}

@Suite("A default that is documented") struct DocumentedDefaultsTests {
  @Test("is what the configuration means without the key", arguments: try DocumentedKey.withDefault())
  private func table(key: DocumentedKey) throws {
    let (sample, written) = key.samples
    let without = try sample.settings()
    let with = try written.settings()
    #expect(sample.text != written.text && without.digest != with.digest)
    #expect(without.server.listen == with.server.listen && without.server.limits == with.server.limits)
    #expect(without.server.trustedProxies == with.server.trustedProxies)
    #expect(without.state == with.state && without.log == with.log && without.audit == with.audit)
    #expect(without.issuers == with.issuers && without.registries == with.registries && without.publishers == with.publishers)
  }

  @Test("is one of many") func count() throws { #expect(try DocumentedKey.withDefault().count > 40) }
}
