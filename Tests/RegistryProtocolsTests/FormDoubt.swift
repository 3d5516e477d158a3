import StrictParsers

@testable import RegistryProtocols

/// One way to make an upload's form doubtful.
struct FormDoubt: Sendable, CustomStringConvertible {
  let description: String
  let expected: UploadRefusal
  let change: @Sendable (inout SampleUpload) -> Void

  init(_ description: String, _ expected: UploadRefusal, _ change: @escaping @Sendable (inout SampleUpload) -> Void) {
    self.description = description
    self.expected = expected
    self.change = change
  }

  static let all: [FormDoubt] = [
    FormDoubt("an unknown field", .unknownField("x_field")) { $0["x_field"] = "1" },
    FormDoubt("a name twice", .repeatedField("name")) { $0.parts.insert(.init("name", "acme-widgets"), at: 3) },
    FormDoubt("a version after the file", .repeatedField("version")) { $0.parts.append(.init("version", "1.0.0")) },
    FormDoubt("an action twice", .repeatedField(":action")) { $0.parts.append(.init(":action", "file_upload")) },
    FormDoubt("no name", .missingField("name")) { $0["name"] = nil },
    FormDoubt("no version", .missingField("version")) { $0["version"] = nil },
    FormDoubt("no filetype", .missingField("filetype")) { $0["filetype"] = nil },
    FormDoubt("no action", .missingField(":action")) { $0[":action"] = nil },
    FormDoubt("no file", .missingField("content")) { $0.parts.removeLast() },
    FormDoubt("a removal", .actionNotAccepted) { $0[":action"] = "remove_pkg" },
    FormDoubt("a registration", .actionNotAccepted) { $0[":action"] = "submit" },
    FormDoubt("documentation", .actionNotAccepted) { $0[":action"] = "doc_upload" },
    FormDoubt("an action with a space", .actionNotAccepted) { $0[":action"] = "file_upload " },
    FormDoubt("another protocol", .malformedField("protocol_version")) { $0["protocol_version"] = "2" },
    FormDoubt("a NUL", .malformedField("summary")) { $0["summary"] = "a\0b" },
    FormDoubt("a name that is none", .malformedField("name")) { $0["name"] = "acme widgets" },
    FormDoubt("an empty name", .malformedField("name")) { $0["name"] = "" },
    FormDoubt("a name with a look-alike", .malformedField("name")) { $0["name"] = "\u{430}cme.Widgets" },
    FormDoubt("a version that is none", .malformedField("version")) { $0["version"] = "one" },
    FormDoubt("a version with a space", .malformedField("version")) { $0["version"] = "1.0.0 " },
    FormDoubt("another type", .malformedField("filetype")) { $0["filetype"] = "bdist_egg" },
    FormDoubt("a source called a wheel", .fileTypeMismatch) { $0["filetype"] = "sdist" },
    FormDoubt("a wheel for source", .fileTypeMismatch) { $0["pyversion"] = "source" },
    FormDoubt("another package's name", .fileNameMismatch) { $0["name"] = "acme-core" },
    FormDoubt("another version", .fileNameMismatch) { $0["version"] = "1.0.1" },
    FormDoubt("an equal version", .fileNameMismatch) { $0["version"] = "1.0" },
    FormDoubt("a file in a field", .unexpectedFile("summary")) { $0.parts.insert(.init("summary", [], fileName: "x"), at: 0) },
    FormDoubt("a file without a name", .unexpectedFile("content")) { $0.parts.insert(.init("content", "x"), at: 0) },
    FormDoubt("a second file", .unexpectedFile("content")) { $0.parts.append($0.parts[$0.parts.count - 1]) },
    FormDoubt("a file of another field", .unexpectedFile("other")) { $0.parts.append(.init("other", [1], fileName: "x.whl")) },
    FormDoubt("a signature of another file", .unexpectedFile("gpg_signature")) {
      $0.parts.append(.init("gpg_signature", [1], fileName: "other.whl.asc"))
    },
    FormDoubt("two signatures", .unexpectedFile("gpg_signature")) { $0.parts += [SampleUpload.signature, SampleUpload.signature] },
    FormDoubt("another SHA-256", .digestMismatch("sha256_digest")) { $0["sha256_digest"] = String(repeating: "0", count: 64) },
    FormDoubt("another MD5", .digestMismatch("md5_digest")) { $0["md5_digest"] = String(repeating: "0", count: 32) },
    FormDoubt("another BLAKE2", .digestMismatch("blake2_256_digest")) { $0["blake2_256_digest"] = String(repeating: "0", count: 64) },
    FormDoubt("half a digest", .malformedField("sha256_digest")) { $0["sha256_digest"] = "00" },
    FormDoubt("a digest in base64", .malformedField("md5_digest")) { $0["md5_digest"] = "1B2M2Y8AsgTpgAmY7PhCfg==" },
    FormDoubt("attestations that are no array", .malformedField("attestations")) { $0.parts.append(.init("attestations", "{}")) },
    FormDoubt("attestations with a member twice", .malformedField("attestations")) {
      $0.parts.append(.init("attestations", "[{\"a\":1,\"a\":2}]"))
    },
    FormDoubt("too much text", .formTooLarge) { $0["description"] = String(repeating: "x", count: 8 << 20) },
    FormDoubt("too many parts", .malformedForm(.tooManyParts)) {
      $0.parts += [SampleUpload.Part](repeating: .init("classifiers", ""), count: 8_192)
    },
  ]
}
