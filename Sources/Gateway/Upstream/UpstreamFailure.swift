/// How the registry failed, as against refusing by an answer of its own.
enum UpstreamFailure: Error, Hashable, Sendable {
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
  /// Its unsuccessful answer holds the service credential.
  case credentialEchoed
  /// It refused the service credential: by 401 or 407, or by a 403 that it gives to a publish of nothing, too.
  case credentialRefused
  /// It redirects, which an upload never follows.
  case redirected
  /// The service credential can't be read.
  case credentialUnreadable
  /// It has the file already, and keeps it.
  case conflict(status: Int)
  /// It answered with an error of its own, which passes as it is.
  case refused(status: Int)

  enum Code: String, CaseIterable, Sendable {
    case unreachable = "upstream.unreachable"
    case busy = "upstream.busy"
    case timedOut = "upstream.timed-out"
    case closed = "upstream.closed"
    case malformedAnswer = "upstream.malformed-answer"
    case answerTooLarge = "upstream.answer-too-large"
    case earlySuccess = "upstream.early-success"
    case encodedAnswer = "upstream.encoded-answer"
    case credentialEchoed = "upstream.credential-echoed"
    case credentialRefused = "upstream.credential-refused"
    case redirected = "upstream.redirected"
    case credentialUnreadable = "upstream.credential-unreadable"
    case conflict = "upstream.conflict"
    case refused = "upstream.refused"
  }

  var code: Code {
    switch self {
    case .unreachable: .unreachable
    case .busy: .busy
    case .timedOut: .timedOut
    case .closed: .closed
    case .malformedAnswer: .malformedAnswer
    case .answerTooLarge: .answerTooLarge
    case .earlySuccess: .earlySuccess
    case .encodedAnswer: .encodedAnswer
    case .credentialEchoed: .credentialEchoed
    case .credentialRefused: .credentialRefused
    case .redirected: .redirected
    case .credentialUnreadable: .credentialUnreadable
    case .conflict: .conflict
    case .refused: .refused
    }
  }

  /// The status that the client gets for it.
  var status: Int {
    switch self {
    case .timedOut: 504
    case .credentialUnreadable, .busy: 503
    case .conflict(let status), .refused(let status): status
    case .unreachable, .closed, .malformedAnswer, .answerTooLarge, .earlySuccess, .encodedAnswer, .credentialEchoed, .credentialRefused,
      .redirected:
      502
    }
  }

  var explanation: String {
    switch self {
    case .unreachable: "the registry behind this gateway can't be reached"
    case .busy: "the gateway has as many connections to the registry as it may; try again"
    case .timedOut: "the registry behind this gateway did not answer in time"
    case .closed: "the registry behind this gateway ended the connection before it had answered"
    case .malformedAnswer: "the registry behind this gateway gave an answer that is not well-formed HTTP"
    case .answerTooLarge: "the registry behind this gateway gave an answer that is too large"
    case .earlySuccess: "the registry behind this gateway reported success before it had been sent the whole upload"
    case .encodedAnswer: "the registry behind this gateway gave a compressed answer that was not asked for"
    case .credentialEchoed: "the registry behind this gateway gave an answer that must not be passed on"
    case .credentialRefused: "the registry behind this gateway refused the gateway's own credential; tell its operator"
    case .redirected: "the registry behind this gateway redirects uploads; its URL in the gateway's configuration must be the final one"
    case .credentialUnreadable: "the gateway can't read its own credential for the registry; tell its operator"
    // twine and uv tell by these words, or by the status, that there is nothing left to do.
    case .conflict: "the file already exists in the registry, which lets no upload overwrite artifacts; changed files need a new version"
    case .refused(let status): "the registry refused the upload with status \(status)"
    }
  }
}
