import Configuration
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

/// What became of a fetch, without libcurl's own words.
enum FetchOutcome: Hashable, Sendable {
  case document([UInt8], maxAge: Int64?)
  case failed(FetchFailure)
  case transferFailed

  static func text(_ text: String) -> FetchOutcome { .document(Array(text.utf8), maxAge: nil) }
}

extension HTTPSFetcher {
  /// May speak http to loopback.
  static let loopback = HTTPSFetcher(options: .init(allowsLoopbackHTTP: true), proxy: .none)

  /// May speak to this host, in TLS by the tests' certificate only.
  static func trusting(_ certificate: TestCertificate?, in folder: TemporaryFolder, environment: [String: String] = [:]) -> HTTPSFetcher {
    HTTPSFetcher(
      options: .init(
        certificateFile: certificate.map { folder.write($0.certificate, to: "ca.pem") }, allowsPrivateNetwork: environment.isEmpty),
      proxy: ProxyRules(environment: environment))
  }

  /// The usual deadline is there to end a test that hangs.
  func outcome(_ url: String, within limit: Duration = .seconds(60)) async throws -> FetchOutcome {
    let url = try #require(KeyURL(ExactString(url)))
    do throws(FetchFailure) {
      let document = try await fetch(url, until: .now + limit)
      return .document(document.body, maxAge: document.maxAge)
    } catch {
      if case .transfer = error { return .transferFailed }
      return .failed(error)
    }
  }
}
