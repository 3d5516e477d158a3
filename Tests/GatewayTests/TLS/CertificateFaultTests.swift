import Configuration
import Observability
import TestSupport
import Testing
import TokenVerification

@testable import Gateway

@Suite("What is wrong with a certificate and its key") struct CertificateFaultTests {
  private enum Pair: CaseIterable { case fine, unread, expired, early, foreign, noKey, noCertificate }

  private static func faults(_ pair: Pair) throws -> [CertificateFault] {
    let known = try TestCertificate.known()
    let chain = pair == .noCertificate ? "none" : known.certificate
    let key = pair == .noKey ? "none" : pair == .foreign ? try TestCertificate.stranger().key : known.key
    let days: Int64 = pair == .expired ? 3 : pair == .early ? -3 : 0
    let time = try #require(UnixTime(Timestamp.now().milliseconds / 1000 + days * 86_400))
    return CertificateFault.all(in: Array(chain.utf8), key: pair == .unread ? nil : Array(key.utf8), at: time)
  }

  @Test("is found by the library that serves", arguments: Pair.allCases) private func table(pair: Pair) throws {
    let faults = try Self.faults(pair)
    switch pair {
    case .fine, .unread: #expect(faults.isEmpty)
    case .expired: if case .expired = try #require(faults.first) {} else { Issue.record("\(faults)") }
    case .early: if case .early = try #require(faults.first) {} else { Issue.record("\(faults)") }
    case .foreign: #expect(faults == [.foreignKey])
    case .noKey: #expect(faults == [.noKey])
    case .noCertificate: #expect(faults == [.noCertificate])
    }
  }

  @Test("is told by a check of the machine") func check() throws {
    let sample = SettingsSample(top: "server: {tls: {certificate: c.pem, key: k.pem}}")
    let files = MemoryFiles(files: [
      SettingsSample.path: Array(sample.text.utf8), "/etc/imprimatur/c.pem": Array(try TestCertificate.known().certificate.utf8),
      "/etc/imprimatur/k.pem": Array(try TestCertificate.stranger().key.utf8),
    ])
    let (_, problems) = SettingsFile.load(SettingsSample.path, environment: [:], reading: files, for: .checking(at: .now()))
    #expect(problems.map(\.keyPath) == ["server.tls.key"])
  }
}
