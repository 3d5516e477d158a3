import StrictParsers

extension MultipartRefusal {
  /// What people are told, as the end of a sentence.
  var explanation: String {
    switch self {
    case .mediaType: "its Content-Type is not multipart/form-data with a boundary and nothing else"
    case .boundary: "its boundary is malformed"
    case .preamble: "something stands before its first part"
    case .delimiterLine, .ambiguousDelimiter: "a line between its parts is malformed"
    case .headTooLong: "a part's head is too long"
    case .headLine: "a line in a part's head is malformed"
    case .repeatedField: "a part's head has a field twice"
    case .unknownField: "a part's head has a field beside Content-Disposition and Content-Type"
    case .disposition: "a part's Content-Disposition is not form-data with a quoted name"
    case .partName: "a part's name has a character that it must not"
    case .fileName: "a part's file name has a character that it must not"
    case .partType: "a part's Content-Type is one that no form's part has"
    case .transferEncoding: "a part has a Content-Transfer-Encoding"
    case .tooManyParts: "it has too many parts"
    case .noParts: "it has no parts"
    case .epilogue: "something stands after its last part"
    case .incomplete: "it ends before its last part does"
    }
  }
}
