package import StrictParsers

/// An answer that we write ourselves.
package struct LocalResponse: Sendable {
  /// To a client that sends once more what the registry took.
  static let tookBefore = "The registry took this file from you before."

  /// The same for a client that shows the text.
  static func tookBefore(_ status: Int, _ reason: String) -> LocalResponse {
    LocalResponse(status: status, reason: reason, contentType: "text/plain", body: Array("\(tookBefore)\n".utf8))
  }

  package let status: Int
  /// One line of visible ASCII and spaces.
  package let reason: String
  package let contentType: String
  package let body: [UInt8]
  /// Further fields, by lower-case name (`retry-after`, `allow`).
  package let fields: [(name: String, value: String)]

  package init(status: Int, reason: String, contentType: String, body: [UInt8], fields: [(name: String, value: String)] = []) {
    self.status = status
    self.reason = reason
    self.contentType = contentType
    self.body = body
    self.fields = fields
  }

  /// Some clients read a refusal's body only if its Content-Type is exactly this, without a charset.
  package init(status: Int, reason: String, json: JSONObject, fields: [(name: String, value: String)] = []) {
    self.init(status: status, reason: reason, contentType: "application/json", body: json.encoded(), fields: fields)
  }
}
