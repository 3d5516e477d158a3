import Digests
import StrictParsers

/// What one upload becomes upstream (hosted pub repository specification, version 2): the registry is asked where to upload, is sent the archive there,
/// and is asked to finish where it then says. The client is told to ask the gateway whether it is finished.
struct PubDelivery: UpstreamExchange {
  private enum Step { case asking, uploading, finishing }

  private let boundary: BoundarySource
  private var step = Step.asking

  init(boundary: @escaping BoundarySource) { self.boundary = boundary }

  mutating func begin(_ upload: InspectedUpload?) -> UpstreamRequest { UpstreamRequest(.get, "/api/packages/versions/new") }

  mutating func next(after response: UpstreamResponse) throws(UnexpectedResponse) -> UpstreamStep {
    switch step {
    case .asking:
      guard (200..<300).contains(response.status) else { return Self.refused(response) }
      step = .uploading
      return .send(try upload(as: response))
    case .uploading:
      guard (200..<400).contains(response.status) else { return Self.refused(response) }
      guard let location = try? response.fields.single(named: "location") else { throw UnexpectedResponse() }
      guard let target = response.links.target(of: location) else { throw UnexpectedResponse(.elsewhere) }
      step = .finishing
      return .send(UpstreamRequest(.get, target))
    case .finishing:
      guard (200..<300).contains(response.status) else { return Self.refused(response) }
      guard let answer = try? StrictJSON.parseObject(response.body), answer["success"] != nil else { throw UnexpectedResponse() }
      return .respond(PubProtocol.uploaded(response.links))
    }
  }

  /// The form, with the fields that the registry wants in it.
  private func upload(as answer: UpstreamResponse) throws(UnexpectedResponse) -> UpstreamRequest {
    guard let object = try? StrictJSON.parseObject(answer.body), let url = object["url"]?.string else { throw UnexpectedResponse() }
    guard let target = answer.links.target(of: url.utf8) else { throw UnexpectedResponse(.elsewhere) }
    do {
      var writer = try MultipartFormWriter(boundary: try boundary())
      for field in object["fields"]?.object?.members ?? [] {
        guard let value = field.value.string else { throw UnexpectedResponse() }
        try writer.append(MultipartPartHead(name: field.name), content: Array(value.utf8))
      }
      try writer.appendStreamedFile(
        MultipartPartHead(name: PubUpload.file, fileName: "package.tar.gz", contentType: "application/octet-stream"))
      let envelope = try writer.finish()
      return UpstreamRequest(
        .post, target,
        .segments([.bytes(envelope.prefix), .artifact, .bytes(envelope.suffix)], contentType: ExactString(envelope.contentType)))
    } catch {
      throw UnexpectedResponse()
    }
  }

  /// Of a refused upload the client shows only what stands in XML, as the store behind pub.dev writes it.
  private static func refused(_ response: UpstreamResponse) -> UpstreamStep {
    let error = (try? StrictJSON.parseObject(response.body))?["error"]?.object
    guard let message = error?["message"]?.string else { return .relay }
    let code = error?["code"]?.string ?? "Refused"
    let text = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>\(escaped(code))</Code><Message>\(escaped(message))</Message></Error>"
    return .relayAs(Array(text.utf8))
  }

  private static func escaped(_ text: ExactString) -> String {
    text.text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
