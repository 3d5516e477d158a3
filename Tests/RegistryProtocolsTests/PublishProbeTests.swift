import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("The answers to a publish of nothing") struct PublishProbeTests {
  private static let refusals: [(known: Int, unknown: Int?, isGeneric: Bool, isRefusal: Bool)] = [
    (401, nil, false, true), (407, nil, false, true), (403, nil, false, true), (401, nil, true, true), (407, 401, true, true),
    // A folder may forbid the method to everybody.
    (403, 401, true, true), (403, 407, true, true), (403, 403, true, false), (403, nil, true, false), (403, 200, true, false),
    (400, nil, false, false), (200, nil, false, false), (404, 401, true, false), (405, 401, true, false), (500, nil, false, false),
  ]

  private static func probe(isGeneric: Bool) -> PublishProbe { isGeneric ? .generic : .pypi }

  @Test("say that a credential is refused, or nothing of it", arguments: refusals)
  func refusal(known: Int, unknown: Int?, isGeneric: Bool, isRefusal: Bool) {
    #expect(Self.probe(isGeneric: isGeneric).isRefusal(known, unknown: unknown) == isRefusal)
  }

  @Test("are compared with those to nobody only where they tell nothing by themselves", arguments: [401, 403, 407, 400, 200])
  func comparison(known: Int) {
    #expect(!PublishProbe.pypi.needsComparison(known))
    #expect(PublishProbe.generic.needsComparison(known) == (known == 403))
  }

  @Test("are those to a form without a file, or to a PATCH of nothing")
  func requests() {
    let form = PublishProbe.pypi
    #expect(form.method == .post)
    #expect(form.contentType == "multipart/form-data; boundary=nothing")
    let text = String(decoding: form.body, as: UTF8.self)
    #expect(text.hasPrefix("--nothing\r\n") && text.hasSuffix("\r\n--nothing--\r\n"))
    let patch = PublishProbe.generic
    #expect(patch.method == .patch)
    #expect(patch.contentType == nil && patch.body.isEmpty)
  }
}
