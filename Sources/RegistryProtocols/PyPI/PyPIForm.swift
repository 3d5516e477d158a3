import StrictParsers

/// What an upload's form has said so far, beside the artifact itself.
struct PyPIForm: Sendable {
  struct Part: Sendable {
    let name: ExactString
    /// Only a signature's.
    let fileName: ExactString?
    let value: [UInt8]
  }

  /// In the order in which they came, without the attestations.
  private(set) var parts: [Part] = []
  private(set) var attestations: [UInt8]?
  /// The artifact's, as soon as its part has begun.
  private(set) var fileName: ExactString?
  private var begun: Set<ExactString> = []
  /// Where the fields that may stand once are among the parts.
  private var places: [ExactString: Int] = [:]

  /// Takes note of a part's beginning: whether it may stand there is known before any of it is kept.
  mutating func begin(_ head: MultipartPartHead) throws(UploadRefusal) {
    let name = head.name
    let isFile = name == PyPIFormField.content || name == PyPIFormField.signature
    guard isFile == (head.fileName != nil) else { throw .unexpectedFile(name) }
    if PyPIFormField.repeatable.contains(name) { return }
    guard isFile || PyPIFormField.single.contains(name) else { throw .unknownField(name) }
    guard begun.insert(name).inserted else { throw isFile ? .unexpectedFile(name) : .repeatedField(name) }
    if name == PyPIFormField.content { fileName = head.fileName }
  }

  /// Takes a part that was read whole; not the artifact's.
  mutating func add(_ head: MultipartPartHead, _ value: [UInt8]) throws(UploadRefusal) {
    if head.fileName == nil {
      guard !value.contains(0), String(validating: value, as: UTF8.self) != nil else { throw .malformedField(head.name) }
    }
    switch head.name {
    case PyPIFormField.attestations:
      try Self.check(attestations: value)
      attestations = value
      return
    case PyPIFormField.action:
      guard value.elementsEqual("file_upload".utf8) else { throw .actionNotAccepted }
    case PyPIFormField.protocolVersion:
      guard value.elementsEqual("1".utf8) else { throw .malformedField(head.name) }
    default: break
    }
    if PyPIFormField.single.contains(head.name) { places[head.name] = parts.count }
    parts.append(Part(name: head.name, fileName: head.fileName, value: value))
  }

  /// The value of a field that may stand once; `nil` if it has not come.
  func value(of name: ExactString) -> [UInt8]? { places[name].map { parts[$0].value } }

  var signatureName: ExactString? { parts.first { $0.name == PyPIFormField.signature }?.fileName }

  /// Digests that some clients leave empty are not stated.
  func states(_ digest: ExactString) -> Bool { value(of: digest)?.isEmpty == false }

  /// Not judged here but by the registry; what two readers could read differently does not reach it.
  private static func check(attestations value: [UInt8]) throws(UploadRefusal) {
    let json: JSONValue
    do throws(JSONError) { json = try StrictJSON.parse(value) } catch { throw .malformedField(PyPIFormField.attestations) }
    guard json.array != nil else { throw .malformedField(PyPIFormField.attestations) }
  }
}
