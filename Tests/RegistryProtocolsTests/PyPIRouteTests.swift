import PublisherPolicy
import RegistryProtocols
import StrictParsers
import Testing

@Suite("A request to a Python index") struct PyPIRouteTests {
  @Test(
    "is an upload at the prefix and at legacy below it, and nowhere else",
    arguments: [
      ("/", nil), ("/legacy", nil), ("/legacy/", nil), ("/?:action=file_upload", nil), ("/legacy/?%3aaction=file_upload&x=1", nil),
      ("/?", nil),
      ("/Legacy/", .uploadElsewhere(.paths(["/", "/legacy/"]))), ("/legacy/x", .uploadElsewhere(.paths(["/", "/legacy/"]))),
      ("/simple/", .uploadElsewhere(.paths(["/", "/legacy/"]))),
      ("/acme", .uploadElsewhere(.paths(["/", "/legacy/"]))), ("/?:action=submit", .actionNotAccepted), ("/?:action", .actionNotAccepted),
      ("/?:action=", .actionNotAccepted), ("/?:action=File_Upload", .actionNotAccepted), ("/?:action=remove_pkg", .actionNotAccepted),
      ("/?:action=file_upload&:action=file_upload", .actionNotAccepted), ("/?:action=file_upload&%3Aaction=submit", .actionNotAccepted),
      ("/?:action=file+upload", .malformedQuery(.ambiguousPlus)), ("/?&", .malformedQuery(.emptyParameter)),
    ] as [(String, RouteRefusal?)])
  func uploads(target: String, expected: RouteRefusal?) throws {
    do {
      guard case .publish(let route) = try samplePyPI().route(request("POST", target)), case .inspect = route.body else {
        throw RouteRefusal.notFound
      }
      #expect(expected == nil)
    } catch let refusal as RouteRefusal {
      #expect(refusal == expected)
    }
  }

  @Test("is an upload at the prefix without its slash") func bare() throws {
    let bare = RoutedPath(raw: "", segments: [], query: nil)
    guard case .publish = try samplePyPI().route(RoutedRequest(head("POST", "/"), bare)) else { throw RouteRefusal.notFound }
  }

  @Test(
    "is a read wherever it is a GET or HEAD", arguments: ["GET", "HEAD"], ["/", "/simple/acme/", "/%2Bsimple/acme/", "/packages/x.whl"])
  func reads(method: String, target: String) throws {
    guard case .read = try samplePyPI().route(request(method, target)) else { throw RouteRefusal.notFound }
  }

  @Test("is refused by any other method", arguments: ["PUT", "DELETE", "PATCH", "OPTIONS"])
  func methods(method: String) throws {
    let fields = method == "PUT" || method == "PATCH" ? [("Content-Length", "0")] : []
    #expect(throws: RouteRefusal.methodNotAllowed) { try samplePyPI().route(request(method, "/", fields)) }
  }

  @Test("goes to the registry's own URL") func publishPath() throws {
    guard case .publish(let route) = try samplePyPI().route(request("POST", "/legacy")) else { throw RouteRefusal.notFound }
    var exchange = route.exchange
    let upload = InspectedUpload(target: sampleTarget, contentType: "a/b", segments: [.bytes([1]), .artifact])
    let sent = exchange.begin(upload)
    guard case .segments(let segments, "a/b") = sent.body else { throw RouteRefusal.notFound }
    #expect(sent.method == .post && sent.target == "/" && segments.count == 2)
  }

  @Test(
    "is told the right URL",
    arguments: [("/", "/ or /legacy/"), ("/python/", "/python/ or /python/legacy/"), ("/a/b/", "/a/b/ or /a/b/legacy/")])
  func elsewhere(prefix: ExactString, expected: String) throws {
    do {
      _ = try samplePyPI(prefix: prefix).route(request("POST", "/x"))
      Issue.record("routed")
    } catch let refusal as RouteRefusal {
      #expect(refusal.explanation.contains(expected) && refusal.status == 404)
    }
  }
}
