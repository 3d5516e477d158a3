import Foundation
import StrictParsers
import TestSupport
import Testing

@testable import Configuration
@testable import Gateway

@Suite("Certificates and keys in files") struct ListenerTLSTests {
  private let folder: TemporaryFolder
  private let certificate: String
  private let key: String

  init() throws {
    folder = try TemporaryFolder()
    let known = try TestCertificate.known()
    certificate = folder.write(known.certificate, to: "tls.crt")
    key = folder.write(known.key, to: "tls.key")
  }

  private func fault<Value>(_ body: () throws(PEMFile.Fault) -> Value) -> String? {
    do throws(PEMFile.Fault) {
      _ = try body()
      return nil
    } catch {
      return error.words
    }
  }

  @Test("prove who a listener is, until the first of the chain expires")
  func whole() throws {
    let tls = try ListenerTLS(.init(certificate: certificate, key: key), serving: [])
    // It was made for two days.
    let days = (Double(tls.notAfter) - Date().timeIntervalSince1970) / 86_400
    #expect(days > 1.9 && days < 2.1)
    #expect(try PEMFile.chain(certificate).count == 1)
    let twice = folder.write(try TestCertificate.stranger().certificate + TestCertificate.known().certificate, to: "chain.crt")
    #expect(try PEMFile.chain(twice).count == 2)
  }

  @Test(
    "offer HTTP/2 where all registries of a host allow it",
    arguments: [
      ([("a", "allow"), ("b", "allow")], .always), ([("a", "refuse"), ("b", "refuse")], .never), ([], .always),
      ([("a", "allow"), ("a", "refuse")], .never), ([("a", "allow"), ("a", "refuse"), ("b", "allow")], .hosts(["b.example"])),
    ] as [([(String, String)], ListenerTLS.Offer)])
  func offer(registries: [(String, String)], expected: ListenerTLS.Offer) throws {
    let settings = try registries.map { host, http2 in
      try SettingsSample(registry: ", host: \(host).example, http2: \(http2)").settings().registries[0]
    }
    #expect(ListenerTLS.Offer(to: settings) == expected)
  }

  @Test("are told by name where they can't be used")
  func faults() throws {
    let absent = "\(folder.path)/absent"
    let empty = folder.write("", to: "empty")
    let other = folder.write(try TestCertificate.stranger().key, to: "other.key")
    func listener(_ certificate: String, _ key: String) -> String? {
      fault { () throws(PEMFile.Fault) in try ListenerTLS(.init(certificate: certificate, key: key), serving: []) }
    }
    #expect(listener(certificate, key) == nil)
    #expect(listener(absent, key) == "the certificate \(absent) can't be read: No such file or directory")
    #expect(listener(certificate, absent) == "the key \(absent) can't be read: No such file or directory")
    #expect(listener(empty, key) == "the certificate \(empty) is not a certificate in PEM")
    #expect(listener(certificate, empty) == "the key \(empty) is not a private key in PEM, or is encrypted")
    #expect(listener(certificate, certificate) == "the key \(certificate) is not a private key in PEM, or is encrypted")
    #expect(listener(certificate, other) == "the key \(other) does not belong to the certificate \(certificate)")
  }
}
