/// The header fields of one part of a form (RFC 7578, section 4).
package struct MultipartPartHead: Hashable, Sendable {
  /// How a client writes the parameters of a Content-Disposition, and its form.
  package enum Dialect: Hashable, Sendable {
    /// `name="..."; filename="..."`, as every client but .NET's.
    case quoted
    /// As .NET's `MultipartFormDataContent`: tokens too, and a `filename*` that repeats the file name byte for byte;
    /// and as NuGet 2, which ends its form with a bare LF before the last delimiter.
    case dotNet
    /// As `quoted`, with the path to a file for its name, as `gem` has it, also with two backslashes for each one of Windows: of it the last segment
    /// is the name.
    case filePath
  }

  /// The name of the form's field: visible ASCII.
  package let name: ExactString
  /// The name of the file where the part is one: visible ASCII, one path segment.
  package let fileName: ExactString?
  /// The declared media type as the client spelt it.
  package let contentType: ExactString?

  package init(name: ExactString, fileName: ExactString? = nil, contentType: ExactString? = nil) {
    self.name = name
    self.fileName = fileName
    self.contentType = contentType
  }

  /// Reads the lines of a head, the blank one included.
  init(lines: some Collection<UInt8>, dialect: Dialect) throws(MultipartRefusal) {
    var disposition: ArraySlice<UInt8>?
    var type: ArraySlice<UInt8>?
    var encoding: ArraySlice<UInt8>?
    var rest = Array(lines).dropLast(2)
    while !rest.isEmpty {
      let line = rest.prefix { (0x20...0x7E).contains($0) }
      rest = rest.dropFirst(line.count)
      let name = line.prefix(while: ASCII.isTokenCharacter)
      let value = line.dropFirst(name.count + 2)
      guard rest.popFirst() == 0x0D, rest.popFirst() == 0x0A, !name.isEmpty, line.dropFirst(name.count).starts(with: ": ".utf8),
        let first = value.first, let last = value.last, first != 0x20, last != 0x20
      else { throw .headLine }

      if ASCII.equalIgnoringCase(name, "content-disposition".utf8) {
        guard disposition == nil else { throw .repeatedField }
        disposition = value
      } else if ASCII.equalIgnoringCase(name, "content-type".utf8) {
        guard type == nil else { throw .repeatedField }
        type = value
      } else if ASCII.equalIgnoringCase(name, "content-transfer-encoding".utf8) {
        guard encoding == nil else { throw .repeatedField }
        encoding = value
      } else {
        throw .unknownField
      }
    }

    if let encoding {
      guard ["binary", "8bit"].contains(where: { ASCII.equalIgnoringCase($0.utf8, encoding) }) else { throw .transferEncoding }
    }
    if let type {
      guard MultipartGrammar.isPartType(type) else { throw .partType }
    }
    guard let disposition else { throw .disposition }
    let (name, fileName) = try Self.names(inDisposition: disposition, dialect: dialect)
    self.init(name: name, fileName: fileName, contentType: type.map { ExactString(String(decoding: $0, as: UTF8.self)) })
  }

  private static func lastSegment(of path: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    path[(path.lastIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }.map { $0 + 1 } ?? path.startIndex)...]
  }

  private static func names(
    inDisposition value: ArraySlice<UInt8>, dialect: Dialect
  ) throws(MultipartRefusal) -> (name: ExactString, fileName: ExactString?) {
    let type = "form-data".utf8
    guard value.starts(with: type), let parameters = MultipartParameters(value.dropFirst(type.count), escapes: dialect == .filePath)
    else { throw .disposition }
    var name: ArraySlice<UInt8>?
    var fileName: ArraySlice<UInt8>?
    var extended: ArraySlice<UInt8>?
    for parameter in parameters.list {
      guard parameter.isQuoted || dialect == .dotNet else { throw .disposition }
      if parameter.name.elementsEqual("name".utf8) {
        name = parameter.value
      } else if parameter.name.elementsEqual("filename".utf8) {
        fileName = dialect == .filePath ? lastSegment(of: parameter.value) : parameter.value
      } else if parameter.name.elementsEqual("filename*".utf8), dialect == .dotNet {
        extended = parameter.value
      } else {
        throw .disposition
      }
    }
    guard let name else { throw .disposition }
    guard MultipartGrammar.isName(name) else { throw .partName }
    if let fileName {
      guard MultipartGrammar.isFileName(fileName) else { throw .fileName }
    }
    if let extended {
      guard let fileName, extended.elementsEqual(Array("utf-8''".utf8) + fileName) else { throw .fileName }
    }
    return (
      ExactString(String(decoding: name, as: UTF8.self)), fileName.map { ExactString(String(decoding: $0, as: UTF8.self)) }
    )
  }
}
