import NIOCore
import Observability
import RegistryClient
import RegistryProtocols
import StrictParsers

extension ReadFlow {
  /// Answers with the registry's document, in which its links lead through the gateway. What can't be read is refused: its links may lead past it.
  func respond(
    _ rewrite: DocumentRewrite, _ mediaType: ExactString, _ answer: ResponseHead, from upstream: UpstreamConnection, _ route: ReadRoute,
    _ head: RequestHead, _ resources: RequestResources, _ request: RequestContext
  ) async throws(Refusal) -> ConnectionPersistence {
    let body = try await Refusal.wrap(Refusal.upstream) { () async throws(UpstreamFailure) in
      // Of a part nobody can tell what its links are.
      guard answer.status != 206 else { throw .unreadableDocument }
      guard answer.fields.values(named: "content-encoding").allSatisfy({ ASCII.equalIgnoringCase($0, "identity".utf8) }) else {
        throw .encodedAnswer
      }
      let body = try await upstream.collectBody(upTo: rewrite.limit, by: upstream.answerDeadline, in: resources.memory)
      // The document that is written counts as much.
      do throws(SharedBudget.Shortage) { try resources.memory.grow(by: body.count) } catch { throw .busy }
      let links = registry.linkRewrite(for: head, configuration)
      return try await gateway.threads.run(orFail: UpstreamFailure.closed) { () throws(UpstreamFailure) in
        guard let written = rewrite.rewrite(.init(mediaType: mediaType, body: body), links) else { throw .unreadableDocument }
        return written
      }
    }
    let isLast = !head.keepAlive || gateway.isDraining
    var written = ResponseHeadWriter(status: answer.status, reason: answer.reason)
    for field in answer.fields where route.fields.response.contains(field.nameText) { written.add(field.nameText, field.value) }
    written.add("content-length", String(body.count).utf8)
    written.finish(requestID: request.id, closing: isLast)
    endClientWithShortage(resources)
    var pace = connection.answerPace
    guard await connection.write(ByteBuffer(bytes: written.bytes), until: .writable, at: &pace),
      await connection.finish(ByteBuffer(bytes: body))
    else { return .abort }
    return isLast ? .close : .keepAlive
  }
}
