import Digests
package import NIOCore
import StrictParsers
import Synchronization

/// A package index of the old kind: one password may publish everything, and the form is believed.
package struct LegacyRegistry: Sendable {
  package static let username = "uploader"
  package static let password = "demo-registry-password"

  private let server: LoopbackServer
  private let files: Files

  package var url: String { server.url }

  package static func start(on group: any EventLoopGroup) async throws -> LegacyRegistry {
    let files = Files()
    let server = try await LoopbackServer.start(on: group) { request, _ in
      switch (request.method, request.path) {
      case ("POST", "/"): files.take(request)
      case ("GET", "/simple/"), ("HEAD", "/simple/"): files.index()
      case ("GET", let path), ("HEAD", let path): files.file(at: path)
      default: .text(405, "POST / publishes, GET /simple/ lists")
      }
    }
    return LegacyRegistry(server: server, files: files)
  }

  /// The bytes that it holds under a file's name.
  package func content(of file: String) -> [UInt8]? { files.content(of: file) }
}

/// What was published, by file name.
private final class Files: Sendable {
  private static let authorization = "Basic " + Base64.encode(Array("\(LegacyRegistry.username):\(LegacyRegistry.password)".utf8))

  private let contents = Mutex<[String: [UInt8]]>([:])

  func content(of file: String) -> [UInt8]? { contents.withLock { $0[file] } }

  func take(_ request: LoopbackServer.Request) -> LoopbackServer.Response {
    guard request.values(named: "authorization") == [Self.authorization] else {
      var refusal = LoopbackServer.Response.text(401, "the registry wants its password")
      refusal.fields = [("WWW-Authenticate", "Basic realm=\"registry\"")]
      return refusal
    }
    guard let (name, content) = file(in: request) else { return .text(400, "this is not an upload") }
    let isNew = contents.withLock { $0.updateValue(content, forKey: name) == nil }
    return .text(200, isNew ? "published \(name)" : "published \(name) again")
  }

  func index() -> LoopbackServer.Response {
    let links = contents.withLock { $0.keys.sorted() }.map { "<a href=\"/files/\($0)\">\($0)</a><br>" }
    return LoopbackServer.Response(
      status: 200, contentType: "text/html", body: Array("<!DOCTYPE html>\n\(links.joined(separator: "\n"))\n".utf8))
  }

  func file(at path: String) -> LoopbackServer.Response {
    guard path.hasPrefix("/files/"), let content = content(of: String(path.dropFirst("/files/".count))) else {
      return .text(404, "there is nothing here")
    }
    return LoopbackServer.Response(status: 200, contentType: "application/octet-stream", body: content)
  }

  private func file(in request: LoopbackServer.Request) -> (name: String, content: [UInt8])? {
    guard let type = request.values(named: "content-type").first, var reader = try? MultipartFormReader(contentType: type.utf8) else {
      return nil
    }
    var offset = 0
    var name: String?
    var content: [UInt8] = []
    var isFile = false
    while let event = try? reader.next(in: request.body.span, at: &offset) {
      switch event {
      case .partBegan(let head):
        isFile = head.name == "content"
        if isFile { name = head.fileName?.text }
      case .data(let range): if isFile { content.append(contentsOf: request.body[range]) }
      case .heldBack(let bytes): if isFile { content.append(contentsOf: bytes) }
      case .partEnded, .formEnded: break
      }
    }
    return name.map { ($0, content) }
  }
}
