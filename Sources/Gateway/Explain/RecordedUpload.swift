import PublisherPolicy
import StrictParsers

/// What one line of the audit log tells of an upload or an exchange.
struct RecordedUpload: Sendable {
  /// Why bytes are no such line.
  struct Malformation: Error {
    let explanation: String
  }

  let time: ExactString?
  let granted: Bool
  let outcome: ExactString?
  let reason: ExactString?
  let detail: ExactString?
  let registry: ExactString?
  let package: ExactString?
  let version: ExactString?
  let file: ExactString?
  let publisher: ExactString?
  /// `nil` if the token was not verified.
  let issuer: ExactString?
  let provenance: Provenance
  /// The token's `jti`.
  let tokenID: ExactString?
  /// Of the verified token every claim that a condition could compare; `nil` if the record holds none.
  let claims: JSONObject?
  let configuration: ExactString?

  init(line: [UInt8]) throws(Malformation) {
    let object: JSONObject
    do throws(JSONError) {
      object = try StrictJSON.parseObject(line)
    } catch {
      throw Malformation(explanation: "it is not one line of JSON: \(error.description)")
    }
    func text(_ name: ExactString) throws(Malformation) -> ExactString? {
      guard let value = object[name] else { return nil }
      guard let text = value.string else { throw Malformation(explanation: "its \(name) is not a string") }
      return text
    }
    let event = try text("event")
    guard event == "publish" || event == "exchange" else {
      throw Malformation(explanation: "it is not the record of an upload or of an exchange")
    }
    guard case .bool(let granted) = object["granted"] else { throw Malformation(explanation: "its granted is not true or false") }
    self.granted = granted
    time = try text("time")
    outcome = try text("outcome")
    reason = try text("reason")
    detail = try text("detail")
    registry = try text("registry")
    package = try text("package.name")
    version = try text("package.version")
    file = try text("artifact.filename")
    publisher = try text("publisher.id")
    issuer = try text("oidc.issuer")
    provenance = .recorded(
      repository: try text("vcs.repository.name"), reference: try text("vcs.ref.head.name"), revision: try text("vcs.ref.head.revision"),
      pipeline: try text("cicd.pipeline.name"), runID: try text("cicd.pipeline.run.id"))
    tokenID = try text("oidc.jti")
    claims = Self.claims(in: object)
    configuration = try text("config.digest")
  }

  private static func claims(in object: JSONObject) -> JSONObject? {
    let prefix = "oidc.claim."
    let members = object.members.filter { $0.name.text.utf8.starts(with: prefix.utf8) }.map { member in
      JSONObject.Member(ExactString(String(member.name.text.dropFirst(prefix.count))), member.value)
    }
    return members.isEmpty ? nil : JSONObject(members)
  }
}
