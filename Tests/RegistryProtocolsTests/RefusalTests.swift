import StrictParsers
import Testing

@testable import RegistryProtocols

func sampleRefusal(
  status: Int = 403, code: String = "scope.package-not-allowed", sentence: String = "this publisher may not publish acme",
  retryAfter: Int? = nil
) -> ClientRefusal {
  ClientRefusal(status: status, code: code, sentence: sentence, requestID: "01J8", retryAfter: retryAfter)
}

@Suite("A refusal") struct RefusalTests {
  private static let routes: [RouteRefusal] = [
    .notFound, .uploadElsewhere(.paths(["/", "/legacy/"])), .uploadElsewhere(.template("/{name}")), .methodNotAllowed, .unknownHost,
    .readsRefused, .http2Refused, .notPublishing, .otherPublishing(instead: "npm publish"),
    .actionNotAccepted, .malformedQuery(.ambiguousPlus),
  ]
  private static let credentials: [CredentialRefusal] = [
    .missing(challenged: true), .missing(challenged: false), .repeated, .malformed, .unknownScheme, .notAccepted, .malformedUploadToken,
    .directTokenRefused, .unknownUploadToken, .malformedExchange, .missingExchangeMember("jwt"), .exchangeMediaType,
  ]
  private static let doubts: [UploadRefusal] =
    CoreMetadataRefusal.allCases.map { .malformedMetadata(MetadataDoubt($0.explanation)) } + GemDoubt.allCases.map { .gem($0) }
    + NuGetDoubt.allCases.map { .nuget($0) }
  private static let texts: [UploadRefusal] =
    XMLError.Reason.allCases.map { UploadRefusal(XMLError($0, at: 1_000_000)) }
    + YAMLError.Reason.allCases.map {
      .malformedYAML(YAMLError($0, at: 10_000_000), MetadataPlace(file: "checksums.yaml.gz", key: "abcdefghijklmnopqrstuvwxyzabcd"))
    }
  private static let uploads: [UploadRefusal] = [
    .malformedJSON(JSONError(.loneSurrogate, at: 1_000_000)), .malformedFrame(MetadataDoubt("it ends")), .unknownField("x"),
    .repeatedField("x"), .missingField("x"), .malformedField("x"), .formTooLarge, .documentTooLarge(NPMBody.history), .unexpectedFile("x"),
    .actionNotAccepted, .fileTypeMismatch, .fileNameMismatch, .ambiguousFileName(wouldPass: "acme_2fa-1.0.0.tar.gz"), .inspectionTooLong,
    .digestMismatch("x"), .metadataPlace, .unexpectedMember("x"), .metadataMismatch("name"), .unavailable,
  ]
  private static let scopes: [UploadRefusal] =
    MultipartRefusal.allCases.map { .malformedForm($0) } + archives.map { .malformedArchive($0) } + doubts + texts + uploads
  private static let archives: [ArchiveRefusal] = [
    .gzip(.checksum), .tar(.magic), .zip(.method), .zip(.dataDescriptor), .memberKind, .repeatedMember, .memberTooLarge, .link, .tooMany,
    .throughLink,
    .fileAndFolder,
    .unreadable(UnreadableBytes(offset: 0)),
  ]

  @Test("has a stable code of its stage, a sentence and a status") func catalogue() {
    #expect(Set(Self.routes.map(\.code)) == Set(RouteRefusal.Code.allCases))
    #expect(Set(Self.credentials.map(\.code)) == Set(CredentialRefusal.Code.allCases))
    #expect(Set(Self.scopes.map(\.code)) == Set(UploadRefusal.Code.allCases))
    for (stage, codes, sentences, statuses) in [
      ("route.", RouteRefusal.Code.allCases.map(\.rawValue), Self.routes.map(\.explanation), Self.routes.map(\.status)),
      ("credential.", CredentialRefusal.Code.allCases.map(\.rawValue), Self.credentials.map(\.explanation), Self.credentials.map(\.status)),
      ("scope.", UploadRefusal.Code.allCases.map(\.rawValue), Self.scopes.map(\.explanation), Self.scopes.map(\.status)),
    ] {
      #expect(
        codes.allSatisfy {
          $0.hasPrefix(stage)
            && $0.dropFirst(stage.count).utf8.allSatisfy { ASCII.isLower($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "-") }
        })
      #expect(sentences.allSatisfy { $0.utf8.count < 200 && $0.utf8.allSatisfy { ASCII.isVisible($0) || $0 == 0x20 } && $0.last != "." })
      #expect(statuses.allSatisfy { [400, 401, 403, 404, 405, 413, 415, 421, 503].contains($0) })
    }
  }

  @Test("of an upload's parts speaks of no form, which few ecosystems have") func words() {
    let refusals: [UploadRefusal] = [
      .unknownField("x"), .repeatedField("x"), .missingField("x"), .malformedField("x"), .formTooLarge, .unexpectedFile("x"),
      .metadataMismatch("name"),
    ]
    #expect(refusals.allSatisfy { !$0.explanation.contains("form") })
  }

  @Test("repeats no more than the beginning of a field's name") func shortened() {
    let name = ExactString(String(repeating: "x", count: 8_000))
    for refusal in [.unknownField(name), .repeatedField(name), .malformedField(name), .unexpectedFile(name), .unexpectedMember(name)]
      as [UploadRefusal]
    {
      #expect(refusal.explanation.utf8.count < 200)
    }
  }

  @Test("is told in every place where a client looks") func body() throws {
    let answer = samplePyPI().response(refusing: sampleRefusal(), to: nil)
    let text: ExactString = "this publisher may not publish acme (scope.package-not-allowed, request 01J8)"
    #expect(answer.status == 403 && answer.contentType == "application/json" && answer.fields.isEmpty)
    #expect(answer.reason == text.text)
    let json = try StrictJSON.parseObject(answer.body)
    #expect(json["code"]?.string == ExactString("403 \(text)"))
    #expect(json["message"]?.string == text && json["error"]?.string == text)
    #expect(json["reason"]?.string == "scope.package-not-allowed" && json["request_id"]?.string == "01J8")
    let error = try #require(json["errors"]?.array?.first?.object)
    #expect(error["code"]?.string == "scope.package-not-allowed")
    #expect(error["message"]?.string == text && error["detail"]?.string == text && error["description"]?.string == text)
  }

  @Test("says when to try again, and what is allowed") func fields() {
    let late = samplePyPI().response(refusing: sampleRefusal(status: 503, retryAfter: 7), to: nil)
    #expect(late.fields.map(\.name) == ["retry-after"] && late.fields.map(\.value) == ["7"])
    let method = samplePyPI().response(refusing: sampleRefusal(status: 405), to: nil)
    #expect(method.fields.map(\.name) == ["allow"] && method.fields.map(\.value) == ["GET, HEAD, POST"])
  }

  @Test(
    "has one line of ASCII as its reason, with the code at its end",
    arguments: [
      "short", "größer", "two\r\nlines\u{85}\u{7f}", "e\u{301}\u{1F600}", String(repeating: "long ", count: 100), "", "\u{1b}[31m",
    ])
  func reason(sentence: String) throws {
    let answer = samplePyPI().response(refusing: sampleRefusal(sentence: sentence), to: nil)
    #expect(answer.reason.utf8.count <= 200 && answer.reason.utf8.allSatisfy { (0x20...0x7E).contains($0) })
    #expect(answer.reason.hasSuffix(" (scope.package-not-allowed, request 01J8)"))
    #expect(try StrictJSON.parseObject(answer.body)["message"]?.string?.text.hasPrefix(sentence) == true)
    #expect(answer.body.allSatisfy { $0 >= 0x20 && $0 != 0x7F })
  }

  @Test("has a bounded reason even where the reference is long") func longReference() {
    let refusal = ClientRefusal(status: 400, code: "x", sentence: "abc", requestID: String(repeating: "9", count: 500), retryAfter: nil)
    #expect(samplePyPI().response(refusing: refusal, to: nil).reason.utf8.count <= 203)
  }
}
