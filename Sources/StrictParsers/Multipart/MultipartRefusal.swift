/// Why a body is not a form that every parser reads in the same way.
package enum MultipartRefusal: Error, Hashable, Sendable, CaseIterable {
  /// The Content-Type is not `multipart/form-data` with one `boundary` and nothing else.
  case mediaType
  /// The boundary is not 1 to 70 bchars (RFC 2046, section 5.1.1), has a space, or ends as the last delimiter does.
  case boundary
  /// Something stands before the first delimiter.
  case preamble
  /// A delimiter is followed by something else than CRLF or `--`.
  case delimiterLine
  /// A delimiter without its CRLF: some parsers end the part there and some do not.
  case ambiguousDelimiter
  /// The head of a part is longer than its limit.
  case headTooLong
  /// A line in the head of a part is not `Name: value` in printable ASCII, ended by CRLF.
  case headLine
  /// A field stands twice in the head of one part.
  case repeatedField
  /// The head of a part has a field that no client of a registry sends.
  case unknownField
  /// The Content-Disposition is missing or not `form-data; name="..."`, with or without one `filename="..."`.
  case disposition
  /// A part's name has a byte that some parser decodes, cuts or splits, or is `_charset_` (RFC 7578, section 4.6).
  case partName
  /// A file name has a byte that some parser decodes, cuts or splits, or is empty, `.` or `..`.
  case fileName
  /// A part is itself a multipart, or declares a charset that would change what its text says.
  case partType
  /// A transfer encoding that some parsers undo and some do not (RFC 7578, section 4.7).
  case transferEncoding
  /// More parts than the limit.
  case tooManyParts
  /// The form is empty.
  case noParts
  /// Something stands after the last delimiter.
  case epilogue
  /// The body ended before the last delimiter.
  case incomplete
}
