import NIOSSL
import Observability
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("The connection to an issuer") struct HTTPSFetcherConnectionTests {
  // MARK: - Schemes

  @Test(
    "speaks http only to a host that names loopback, and only where that is allowed",
    arguments: [
      ("http://127.0.0.1:1", false), ("http://localhost:1", false), ("http://[::1]:1", false), ("http://issuer.example", true),
      ("http://issuer.localhost:1", true), ("http://127.0.0.1.example", true), ("http://10.0.0.1", true),
      ("http://[::ffff:127.0.0.1]:1", true),
    ])
  func schemes(url: String, allowsHTTP: Bool) async throws {
    let fetcher = HTTPSFetcher(options: .init(allowsPrivateNetwork: true, allowsLoopbackHTTP: allowsHTTP), proxy: .none)
    #expect(try await fetcher.outcome(url) == .failed(.urlRefused))
  }

  @Test("speaks http with loopback where that is allowed, by each of its names", arguments: ["127.0.0.1", "localhost"])
  func loopback(host: String) async throws {
    let server = try await RawServer.start { _ in .document([1]) }
    defer { server.stop() }
    #expect(try await HTTPSFetcher.loopback.outcome(server.url(host: host)) == .document([1], maxAge: nil))
  }

  // MARK: - Addresses

  /// libcurl knows that all names below `localhost` are loopback (RFC 6761, section 6.3): here they stand for a name that was rebound.
  @Test("is not made to an address that reaches only this host or network", arguments: ["issuer.localhost", "localhost", "127.0.0.1"])
  func addresses(host: String) async throws {
    let folder = try TemporaryFolder()
    let certificate = try TestCertificate.known()
    let server = try await RawServer.start(tls: certificate) { _ in .document([1]) }
    defer { server.stop() }
    let url = server.url(host: host, scheme: "https")
    var fetcher = HTTPSFetcher.trusting(certificate, in: folder)
    #expect(try await fetcher.outcome(url) == .document([1], maxAge: nil))
    #expect(server.connections == 1)
    fetcher = HTTPSFetcher(options: .init(certificateFile: fetcher.options.certificateFile), proxy: .none)
    #expect(try await fetcher.outcome(url) == .failed(.addressRefused))
    fetcher = HTTPSFetcher(options: .init(certificateFile: fetcher.options.certificateFile, allowsLoopbackHTTP: true), proxy: .none)
    #expect(try await fetcher.outcome(url) == .failed(.addressRefused))
    #expect(server.connections == 1)
  }

  @Test(
    "is not made to an address where no issuer can be, whatever is allowed",
    arguments: [
      "0.0.0.0", "169.254.169.254", "192.0.2.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
      "[::ffff:169.254.169.254]", "[64:ff9b::127.0.0.1]", "[64:ff9b::169.254.169.254]", "[2002:7f00:1::]", "[2001:db8::1]", "[fe80::1]",
      "[ff02::1]", "[::127.0.0.1]", "[100::1]",
    ])
  func nowhere(host: String) async throws {
    let fetcher = HTTPSFetcher(options: .init(allowsPrivateNetwork: true, allowsLoopbackHTTP: true), proxy: .none)
    #expect(try await fetcher.outcome("https://\(host):9/") == .failed(.addressRefused))
  }

  @Test(
    "is not made to a private address unless that is allowed",
    arguments: ["10.0.0.1", "172.16.0.1", "192.168.0.1", "100.64.0.1", "198.18.0.1", "[fd00::1]", "[::ffff:10.0.0.1]", "[::1]"])
  func privateNetwork(host: String) async throws {
    let fetcher = HTTPSFetcher(options: .init(), proxy: .none)
    #expect(try await fetcher.outcome("https://\(host):9/") == .failed(.addressRefused))
  }

  // MARK: - TLS

  @Test("is trusted by the certificates of the configuration alone")
  func trust() async throws {
    let folder = try TemporaryFolder()
    let server = try await RawServer.start(tls: try .known()) { _ in .document([1]) }
    defer { server.stop() }
    let url = server.url(host: "localhost", scheme: "https")
    #expect(try await HTTPSFetcher.trusting(.known(), in: folder).outcome(url) == .document([1], maxAge: nil))
    #expect(try await HTTPSFetcher.trusting(.stranger(), in: folder).outcome(url) == .transferFailed)
    #expect(try await HTTPSFetcher.trusting(nil, in: folder).outcome(url) == .transferFailed)
    for file in ["\(folder.path)/none.pem", folder.write("", to: "empty.pem"), folder.write("x", to: "x.pem")] {
      let fetcher = HTTPSFetcher(options: .init(certificateFile: file, allowsPrivateNetwork: true), proxy: .none)
      #expect(try await fetcher.outcome(url) == .transferFailed, "\(file)")
    }
    #expect(server.heads.count == 1)
  }

  @Test("is trusted by the certificates that are in the file when it is made")
  func rotation() async throws {
    let folder = try TemporaryFolder()
    let server = try await RawServer.start(tls: try .known()) { _ in .document([1]) }
    defer { server.stop() }
    let fetcher = try HTTPSFetcher.trusting(.stranger(), in: folder)
    #expect(try await fetcher.outcome(server.url(scheme: "https")) == .transferFailed)
    folder.write(try TestCertificate.known().certificate, to: "ca.pem")
    #expect(try await fetcher.outcome(server.url(scheme: "https")) == .document([1], maxAge: nil))
  }

  @Test("is trusted for the name that it was made by only", arguments: [("issuer.localhost", true), ("other.localhost", false)])
  func name(host: String, isTrusted: Bool) async throws {
    let folder = try TemporaryFolder()
    let server = try await RawServer.start(tls: try .known()) { _ in .document([1]) }
    defer { server.stop() }
    let outcome = try await HTTPSFetcher.trusting(.known(), in: folder).outcome(server.url(host: host, scheme: "https"))
    #expect(outcome == (isTrusted ? .document([1], maxAge: nil) : .transferFailed))
  }

  @Test("speaks no TLS before 1.2, and no http where https is asked for")
  func versions() async throws {
    let folder = try TemporaryFolder()
    let fetcher = try HTTPSFetcher.trusting(.known(), in: folder)
    for (version, isSpoken) in [(.tlsv11, false), (.tlsv12, true), (.tlsv13, true)] as [(TLSVersion, Bool)] {
      let server = try await RawServer.start(tls: try .known(), newest: version) { _ in .document([1]) }
      defer { server.stop() }
      let outcome = try await fetcher.outcome(server.url(scheme: "https"))
      #expect(outcome == (isSpoken ? .document([1], maxAge: nil) : .transferFailed), "\(version)")
    }
    let server = try await RawServer.start { _ in .document([1]) }
    defer { server.stop() }
    #expect(try await fetcher.outcome(server.url(scheme: "https"), within: .milliseconds(500)) != .document([1], maxAge: nil))
    #expect(server.heads == [])
  }

  // MARK: - Proxies

  @Test("goes through the proxy, which resolves the name and is the boundary; the document is still the issuer's")
  func proxy() async throws {
    let folder = try TemporaryFolder()
    let server = try await RawServer.start { $0.hasPrefix("CONNECT ") ? .tunnel : .document([1]) }
    defer { server.stop() }
    let environment = ["https_proxy": server.url("/")]
    #expect(
      try await HTTPSFetcher.trusting(.known(), in: folder, environment: environment).outcome("https://issuer.example/keys")
        == .document([1], maxAge: nil))
    #expect(server.heads.map { String($0.prefix { $0 != "\r\n" }) } == ["CONNECT issuer.example:443 HTTP/1.1", "GET /keys HTTP/1.1"])
    #expect(
      try await HTTPSFetcher.trusting(.stranger(), in: folder, environment: environment).outcome("https://issuer.example/keys")
        == .transferFailed)
    #expect(server.heads.count == 3)
  }

  @Test("does not pass by a proxy that refuses", arguments: [403, 407, 502, 301])
  func refusingProxy(status: Int) async throws {
    let folder = try TemporaryFolder()
    let answer = RawServer.Answer.text("HTTP/1.1 \(status) X\r\nlocation: https://127.0.0.1/\r\ncontent-length: 2\r\n\r\n{}")
    let server = try await RawServer.start { _ in answer }
    defer { server.stop() }
    let fetcher = try HTTPSFetcher.trusting(.known(), in: folder, environment: ["https_proxy": server.url("/")])
    #expect(try await fetcher.outcome("https://localhost/") == .transferFailed)
    #expect(server.heads.count == 1)
  }

  @Test("is judged by its address again where the proxy is passed by")
  func exception() async throws {
    let folder = try TemporaryFolder()
    let server = try await RawServer.start(tls: try .known()) { _ in .document([1]) }
    defer { server.stop() }
    let environment = ["https_proxy": server.url("/"), "no_proxy": "localhost"]
    let fetcher = try HTTPSFetcher.trusting(.known(), in: folder, environment: environment)
    #expect(try await fetcher.outcome(server.url(host: "issuer.localhost", scheme: "https")) == .failed(.addressRefused))
    #expect(server.connections == 0)
  }
}
