/// Why a path or a query is not read: two readers would not agree on what it means.
package enum RequestPathRefusal: Error, Hashable, CaseIterable, Sendable {
  case notAbsolute
  case forbiddenByte
  case malformedEscape
  case encodedDelimiter
  case encodedControl
  case malformedUTF8
  case emptySegment
  case dotSegment
  /// Unicode's compatibility normalisation would make dots of a segment, or put a slash or a backslash into it.
  case compatibilityForm
  case emptyParameter
  case ambiguousPlus
  case repeatedParameter

  /// The stable name for logs, metrics and answers, in kebab-case.
  package var reason: String {
    switch self {
    case .notAbsolute: "path-not-absolute"
    case .forbiddenByte: "path-forbidden-byte"
    case .malformedEscape: "path-malformed-escape"
    case .encodedDelimiter: "path-encoded-delimiter"
    case .encodedControl: "path-encoded-control"
    case .malformedUTF8: "path-malformed-utf8"
    case .emptySegment: "path-empty-segment"
    case .dotSegment: "path-dot-segment"
    case .compatibilityForm: "path-compatibility-form"
    case .emptyParameter: "query-empty-parameter"
    case .ambiguousPlus: "query-ambiguous-plus"
    case .repeatedParameter: "query-repeated-parameter"
    }
  }

  /// One line for the sender of the request; it repeats none of its bytes.
  package var explanation: String {
    switch self {
    case .notAbsolute: "the path must begin with a slash"
    case .forbiddenByte: "the path or query holds a byte that must be percent-encoded, or a semicolon"
    case .malformedEscape: "a percent sign must be followed by two hexadecimal digits"
    case .encodedDelimiter: "an escape must not stand for a slash, backslash, question mark, number sign, semicolon or percent sign"
    case .encodedControl: "an escape must not stand for a control character"
    case .malformedUTF8: "the escapes must be well-formed UTF-8"
    case .emptySegment: "the path must not hold two slashes in a row"
    case .dotSegment: "the path must not hold a segment of dots only"
    case .compatibilityForm:
      "the path must not hold a segment that Unicode's compatibility normalisation (NFKC) would turn into dots, or into two at a slash or backslash"
    case .emptyParameter: "the query must not hold an empty parameter"
    case .ambiguousPlus: "a plus sign in the query must be percent-encoded, as must a space"
    case .repeatedParameter: "a parameter of the query that may stand once was repeated"
    }
  }

  /// The status of the answer.
  package var status: Int { 400 }
}
