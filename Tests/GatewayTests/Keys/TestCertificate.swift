import Foundation
import NIOSSL

/// A certificate that signed itself, and its key; openssl makes both.
struct TestCertificate: Sendable {
  private let pem: String

  private static let made = (Result { try TestCertificate() }, Result { try TestCertificate() })

  /// The one that the tests' servers have.
  static func known() throws -> TestCertificate { try made.0.get() }

  /// One with the same names, and another key.
  static func stranger() throws -> TestCertificate { try made.1.get() }

  private init() throws {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-keyout", "-",
      "-out", "-",
      "-subj", "/CN=issuer", "-addext", "subjectAltName=DNS:localhost,DNS:issuer.localhost,DNS:issuer.example,IP:127.0.0.1",
    ]
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    pem = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
  }

  /// Without the key.
  var certificate: String { pem.range(of: "-----BEGIN CERTIFICATE-----").map { String(pem[$0.lowerBound...]) } ?? "" }

  /// With the certificate.
  var key: String { pem }

  func serverContext(newest: TLSVersion = .tlsv13) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(pem.utf8), format: .pem)))
    configuration.minimumTLSVersion = .tlsv1
    configuration.maximumTLSVersion = newest
    return try NIOSSLContext(configuration: configuration)
  }
}
