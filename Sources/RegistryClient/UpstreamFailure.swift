package import RegistryProtocols

/// How the registry failed, as against refusing by an answer of its own.
package enum UpstreamFailure: ExplainedRefusal, Hashable, Sendable {
  /// No connection could be made.
  case unreachable
  /// As many connections to it are open as may be, or the gateway's buffers are full.
  case busy
  /// It took too little, or had not answered, within `upstream_timeout`.
  case timedOut
  /// It ended the connection before its answer was whole.
  case closed
  /// Its answer is not HTTP/1.1 that every reader understands alike.
  case malformedAnswer
  case answerTooLarge
  /// It answered success before it was sent the last byte.
  case earlySuccess
  /// Its answer is encoded although `identity` was asked for, so that it can't be scanned.
  case encodedAnswer
  /// Its answer is a document whose links can't be told, so that they could lead past the gateway.
  case unreadableDocument
  /// It says that uploads go to a URL that is not below its configured one.
  case uploadsElsewhere
  /// It says of no place that it takes such an upload.
  case uploadNotTaken
  /// Its unsuccessful answer holds the service credential.
  case credentialEchoed
  /// It refused the service credential: by 401 or 407, or by a 403 that it gives to a publish of nothing, too.
  case credentialRefused
  /// It redirects, which an upload never follows.
  case redirected
  /// Its token service gave no token that could be used, or the registry did not say whether it has one. The status is that of the answer.
  case noToken(status: Int)
  /// It says that its token service is at another origin, or has another name, than the configuration states.
  case foreignTokenService
  /// The service credential can't be read.
  case credentialUnreadable
  /// It has the file already, and keeps it.
  case conflict(status: Int)
  /// It answered with an error of its own, which passes as it is.
  case refused(status: Int)

  package enum Code: String, CaseIterable, Sendable {
    case unreachable = "upstream.unreachable"
    case busy = "upstream.busy"
    case timedOut = "upstream.timed-out"
    case closed = "upstream.closed"
    case malformedAnswer = "upstream.malformed-answer"
    case answerTooLarge = "upstream.answer-too-large"
    case earlySuccess = "upstream.early-success"
    case encodedAnswer = "upstream.encoded-answer"
    case unreadableDocument = "upstream.unreadable-document"
    case uploadsElsewhere = "upstream.uploads-elsewhere"
    case uploadNotTaken = "upstream.upload-not-taken"
    case credentialEchoed = "upstream.credential-echoed"
    case credentialRefused = "upstream.credential-refused"
    case redirected = "upstream.redirected"
    case noToken = "upstream.no-token"
    case foreignTokenService = "upstream.foreign-token-service"
    case credentialUnreadable = "upstream.credential-unreadable"
    case conflict = "upstream.conflict"
    case refused = "upstream.refused"
  }

  package var facts: RefusalFacts<Code> {
    switch self {
    case .unreachable: .init(.unreachable, 502, "the registry behind this gateway can't be reached")
    case .busy: .init(.busy, 503, "the gateway has as many connections to the registry as it may; try again")
    case .timedOut: .init(.timedOut, 504, "the registry behind this gateway did not answer in time")
    case .closed: .init(.closed, 502, "the registry behind this gateway ended the connection before it had answered")
    case .malformedAnswer: .init(.malformedAnswer, 502, "the registry behind this gateway gave an answer that is not well-formed HTTP")
    case .answerTooLarge: .init(.answerTooLarge, 502, "the registry behind this gateway gave an answer that is too large")
    case .earlySuccess:
      .init(.earlySuccess, 502, "the registry behind this gateway reported success before it had been sent the whole upload")
    case .encodedAnswer: .init(.encodedAnswer, 502, "the registry behind this gateway gave a compressed answer that was not asked for")
    case .unreadableDocument:
      .init(.unreadableDocument, 502, "the registry behind this gateway gave a document that the gateway can't read")
    case .uploadsElsewhere:
      .init(
        .uploadsElsewhere, 502,
        "the registry behind this gateway sends uploads to a URL that is not below upstream.url, which must be that of pushes"
      )
    case .uploadNotTaken:
      .init(.uploadNotTaken, 404, "the registry behind this gateway takes no such upload: its index names no place for it")
    case .credentialEchoed: .init(.credentialEchoed, 502, "the registry behind this gateway gave an answer that must not be passed on")
    case .credentialRefused:
      .init(.credentialRefused, 502, "the registry behind this gateway refused the gateway's own credential; tell its operator")
    case .redirected:
      .init(
        .redirected, 502, "the registry behind this gateway redirects uploads; its URL in the gateway's configuration must be the final one"
      )
    case .noToken(let status):
      .init(
        .noToken, 502,
        "the registry behind this gateway, or its token service, let no token be had (status \(status)); tell the gateway's operator"
      )
    case .foreignTokenService:
      .init(
        .foreignTokenService, 502,
        "the registry behind this gateway names a token service that the gateway's configuration does not; tell its operator")
    case .credentialUnreadable:
      .init(.credentialUnreadable, 503, "the gateway can't read its own credential for the registry; tell its operator")
    case .conflict(let status):
      .init(
        .conflict, status,
        "the file already exists in the registry, which lets no upload overwrite artifacts; changed files need a new version")
    case .refused(let status): .init(.refused, status, "the registry refused the upload with status \(status)")
    }
  }
}
