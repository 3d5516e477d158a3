import NIOCore
import Observability
import RegistryProtocols
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

@Suite("The writer of a response") struct ResponseWriterTests {
  private static let id: RequestID = {
    var random = SeededRandom(seed: 1)
    return RequestID(at: Timestamp(milliseconds: PublishSample.now * 1000), using: &random)
  }()

  private static func request(isHead: Bool = false) -> RequestContext { RequestContext(id: id, isHead: isHead, clientAddress: nil) }

  private static func lines(_ written: WrittenResponse) -> [String] {
    String(buffer: written.bytes).replacing("\(id)", with: "ID").split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static func local(_ status: Int, _ body: String) -> LocalResponse {
    LocalResponse(
      status: status, reason: "Said", contentType: "text/plain", body: Array(body.utf8), fields: [(name: "allow", value: "GET")])
  }

  @Test("says of a local response how long it is, and whether the connection goes on", arguments: [true, false])
  func local(keepsAlive: Bool) {
    let written = ResponseWriter(to: Self.request(), keepsAlive: keepsAlive).write(Self.local(200, "said"))
    let close = keepsAlive ? [] : ["connection: close"]
    #expect(
      Self.lines(written)
        == ["HTTP/1.1 200 Said", "content-type: text/plain", "allow: GET", "content-length: 4", "x-request-id: ID"] + close + ["", "said"])
    #expect((written.persistence == .keepAlive) == keepsAlive)
  }

  @Test("leaves a body out if only the head was asked for") func head() {
    let written = ResponseWriter(to: Self.request(isHead: true), keepsAlive: true).write(Self.local(200, "said"))
    #expect(Self.lines(written).suffix(2) == ["", ""] && Self.lines(written).contains("content-length: 4"))
  }

  @Test("gives a response without content neither a body nor its length (RFC 9110, section 8.6)") func noContent() throws {
    let local = Self.lines(ResponseWriter(to: Self.request(), keepsAlive: true).write(Self.local(204, "")))
    #expect(local == ["HTTP/1.1 204 Said", "allow: GET", "x-request-id: ID", "", ""])
    let relayed = Self.lines(ResponseWriter(to: Self.request(), keepsAlive: true).write(try PublishSample.relayed(204)))
    #expect(!relayed.contains { $0.hasPrefix("content-length") } && relayed.suffix(2) == ["", ""])
  }

  @Test("passes a registry's response on with what was found fit of it") func relayed() throws {
    let written = ResponseWriter(to: Self.request(), keepsAlive: true).write(try PublishSample.relayed(201))
    #expect(Self.lines(written) == ["HTTP/1.1 201 Said", "content-length: 4", "x-request-id: ID", "", "said"])
  }
}
