package import StrictParsers

/// The claims of a verified token as the records hold them, written once for all records of the token.
package struct RecordedClaims: Hashable, Sendable {
  /// Members of a JSON object, with commas between them.
  let members: [UInt8]

  package init(_ claims: JSONObject) {
    members = JSONLine.encodeMembers(claims.members.map { (name: "oidc.claim.\($0.name.text)", value: $0.value) })
  }
}
