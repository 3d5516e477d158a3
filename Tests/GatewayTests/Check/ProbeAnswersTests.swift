import Configuration
import RegistryProtocols
import TestSupport
import Testing

@testable import Gateway

@Suite("What a registry answers to a publish of nothing") struct ProbeAnswersTests {
  private static let pypi = SettingsSample()
  private static let files = SettingsSample(protocol: "generic", registry: ", template: \"/{name}/{file}\"")

  @Test(
    "tells what is wrong with its URL, its credential and its door",
    arguments: [
      (pypi, 400, 401, []), (pypi, 400, 403, []), (pypi, 200, nil, []), (pypi, 400, nil, []), (pypi, 422, 404, []),
      (pypi, 401, 401, ["error: upstream.credential"]), (pypi, 403, 403, ["error: upstream.credential"]),
      (pypi, 404, 404, ["error: upstream.url"]), (pypi, 405, 405, ["error: upstream.url"]), (pypi, 405, 401, ["error: upstream.url"]),
      (pypi, 302, 302, ["error: upstream.url"]), (pypi, 500, 401, ["warning: upstream.url"]),
      (pypi, 400, 400, ["warning: upstream.url"]), (pypi, 200, 200, ["warning: upstream.url"]),
      (files, 405, 401, []), (files, 405, 405, ["warning: upstream.url"]), (files, 404, 404, ["warning: upstream.url"]),
      (files, 401, 401, ["error: upstream.credential"]), (files, 403, 401, ["error: upstream.credential"]), (files, 403, 403, []),
      (files, 403, nil, []),
    ] as [(SettingsSample, Int, Int?, [String])])
  func table(sample: SettingsSample, known: Int, unknown: Int?, expected: [String]) throws {
    let settings = try sample.settings().registries[0]
    let findings = ProbeAnswers(known: known, unknown: unknown).findings(of: settings, settings.protocol.publishProbe)
    #expect(findings.map { "\($0.severity): \($0.key)" } == expected, "\(findings)")
    let isOpen = findings.contains { $0.message.contains("everybody who reaches it may publish") }
    #expect(isOpen == (unknown.map { [200, 400].contains($0) } ?? false))
  }

  @Test(
    "tells that everybody may read through us what the registry guards only against publishing",
    arguments: [("", 401, true), (", reads: refuse", 401, false), ("", 400, false)])
  func reads(reads: String, unknown: Int, expected: Bool) throws {
    let settings = try SettingsSample(registry: reads).settings().registries[0]
    let findings = ProbeAnswers(known: 400, unknown: unknown, openPage: "/simple/").findings(of: settings, settings.protocol.publishProbe)
    #expect(findings.contains { $0.key == "reads" && $0.severity == .warning } == expected, "\(findings)")
  }
}
