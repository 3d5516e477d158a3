package import StrictParsers

/// The claims of a verified token as the records hold them, written once for all records of the token.
package struct RecordedClaims: Hashable, Sendable {
  /// Members of a JSON object, with commas between them.
  let members: [UInt8]

  package init(_ claims: JSONObject) {
    members = JSONLine.encodeMembers(of: claims, prefix: "oidc.claim.")
  }
}
