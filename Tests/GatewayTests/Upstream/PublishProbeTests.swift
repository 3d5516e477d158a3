import RegistryProtocols
import StrictParsers
import Testing

@testable import Gateway

@Suite("The answers to a publish of nothing") struct PublishProbeTests {
  @Test(
    "say that a credential is refused, or nothing of it",
    arguments: [
      (401, nil, .pypi, true), (407, nil, .pypi, true), (403, nil, .pypi, true), (401, nil, .generic, true), (407, 401, .generic, true),
      // A folder may forbid the method to everybody.
      (403, 401, .generic, true), (403, 407, .generic, true), (403, 403, .generic, false), (403, nil, .generic, false),
      (403, 200, .generic, false),
      (400, nil, .pypi, false), (200, nil, .pypi, false), (404, 401, .generic, false), (405, 401, .generic, false),
      (500, nil, .pypi, false),
    ] as [(Int, Int?, Ecosystem, Bool)])
  func isRefusal(known: Int, unknown: Int?, ecosystem: Ecosystem, isRefusal: Bool) {
    #expect(PublishProbe.isRefusal(known, unknown: unknown, by: ecosystem) == isRefusal)
  }

  @Test("are those to a form without a file, or to a PATCH of nothing")
  func requests() {
    let form = PublishProbe(of: .pypi)
    #expect(form.method == .post)
    #expect(form.contentType == "multipart/form-data; boundary=nothing")
    #expect(text(form.body).hasPrefix("--nothing\r\n") && text(form.body).hasSuffix("\r\n--nothing--\r\n"))
    let patch = PublishProbe(of: .generic)
    #expect(patch.method == .patch)
    #expect(patch.contentType == nil && patch.body.isEmpty)
  }
}
