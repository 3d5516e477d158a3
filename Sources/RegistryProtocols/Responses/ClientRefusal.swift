import StrictParsers

/// A refusal in the words that a client may hear.
package struct ClientRefusal: Sendable {
  /// The longest reason phrase: servers and proxies on the way bound a line, and nobody reads more.
  private static let longestReason = 200

  package let status: Int
  /// `stage.case`, stable.
  package let code: String
  /// One sentence for the person who published; never a secret, never an unverified claim's value.
  package let sentence: String
  package let requestID: String
  /// Seconds.
  package let retryAfter: Int?

  package init(status: Int, code: String, sentence: String, requestID: String, retryAfter: Int?) {
    self.status = status
    self.code = code
    self.sentence = sentence
    self.requestID = requestID
    self.retryAfter = retryAfter
  }

  /// The sentence, and what to quote when asking about it.
  package var text: String { sentence + reference }

  /// The same as a reason phrase: one line of visible ASCII and spaces, in which the sentence gives way where both are too long.
  package var reason: String {
    let reference = Self.line(self.reference.utf8).prefix(Self.longestReason)
    let sentence = Self.line(self.sentence.utf8)
    let room = Self.longestReason - reference.count
    guard sentence.count > room else { return String(decoding: sentence + reference, as: UTF8.self) }
    return String(decoding: sentence.prefix(max(room - 3, 0)) + "...".utf8 + reference, as: UTF8.self)
  }

  /// What to quote, behind a sentence.
  var reference: String { " (\(code), request \(requestID))" }

  /// One byte for each scalar, so that none is cut in half: `?` for what is not visible ASCII or a space.
  private static func line(_ text: String.UTF8View) -> [UInt8] {
    text.filter { !UTF8.isContinuation($0) }.map { ASCII.isVisible($0) || $0 == UInt8(ascii: " ") ? $0 : UInt8(ascii: "?") }
  }
}

extension LocalResponse {
  /// The one refusal that every client measured shows to its user: some show the reason phrase, some `code`, `message`, `error`, or one of
  /// the members of the first of `errors`, some the whole body.
  package init(refusing refusal: ClientRefusal, fields: [(name: String, value: String)] = []) {
    let text = JSONValue.string(ExactString(refusal.text))
    let code = JSONValue.string(ExactString(refusal.code))
    let error = JSONObject([.init("code", code), .init("description", text), .init("message", text), .init("detail", text)])
    let json = JSONObject([
      .init("code", .string(ExactString("\(refusal.status) \(refusal.text)"))), .init("message", text), .init("error", text),
      .init("errors", .array([.object(error)])), .init("reason", code), .init("request_id", .string(ExactString(refusal.requestID))),
    ])
    let retryAfter = refusal.retryAfter.map { [(name: "retry-after", value: String($0))] } ?? []
    self.init(status: refusal.status, reason: refusal.reason, json: json, fields: retryAfter + fields)
  }
}
