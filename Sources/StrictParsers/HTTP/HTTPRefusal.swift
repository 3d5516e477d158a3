/// Why a message of HTTP/1.x is not read any further.
///
/// After one of these nothing more of the connection can be trusted to begin where a message begins, so that the connection is closed (RFC 9112, section 11.2).
package enum HTTPRefusal: Error, Hashable, CaseIterable, Sendable {
  // The first line.
  case malformedMethod
  case unknownMethod
  case malformedTarget
  case targetNotOriginForm
  case requestLineTooLong
  case malformedVersion
  case unsupportedVersion
  case malformedStatusLine

  // Lines and fields, of heads and of trailers.
  case bareCarriageReturn
  case bareLineFeed
  case foldedField
  case missingColon
  case whitespaceBeforeColon
  case malformedFieldName
  case underscoreInFieldName
  case controlInFieldValue
  case nonASCIIFieldValue
  case repeatedField
  case headTooLarge
  case tooManyFields

  // Fields that decide who answers and how.
  case missingHost
  case repeatedHost
  case malformedHost
  case malformedConnection
  case repeatedExpectation
  case unknownExpectation
  case unrequestedUpgrade

  // Where the body ends.
  case repeatedContentLength
  case malformedContentLength
  case contentLengthTooLarge
  case repeatedTransferEncoding
  case unknownTransferEncoding
  case transferEncodingInHTTP10
  case lengthAndTransferEncoding
  case bodyNotAllowed
  case truncatedBody

  // The chunked coding.
  case malformedChunkSize
  case chunkTooLarge
  case malformedChunkExtension
  case chunkExtensionsTooLong
  case malformedChunkEnd
  case forbiddenTrailer

  // What only HTTP/2 can get wrong.
  case malformedPseudoFields
  case upperCaseFieldName
  case whitespaceAroundValue
  case connectionField
  case hostDisagrees
  case lengthDisagrees
}

extension HTTPRefusal {
  /// The stable name for logs, metrics and answers, in kebab-case.
  package var reason: String {
    switch self {
    case .malformedMethod: "malformed-method"
    case .unknownMethod: "unknown-method"
    case .malformedTarget: "malformed-target"
    case .targetNotOriginForm: "target-not-origin-form"
    case .requestLineTooLong: "request-line-too-long"
    case .malformedVersion: "malformed-version"
    case .unsupportedVersion: "unsupported-version"
    case .malformedStatusLine: "malformed-status-line"
    case .bareCarriageReturn: "bare-carriage-return"
    case .bareLineFeed: "bare-line-feed"
    case .foldedField: "folded-field"
    case .missingColon: "missing-colon"
    case .whitespaceBeforeColon: "whitespace-before-colon"
    case .malformedFieldName: "malformed-field-name"
    case .underscoreInFieldName: "underscore-in-field-name"
    case .controlInFieldValue: "control-in-field-value"
    case .nonASCIIFieldValue: "non-ascii-field-value"
    case .repeatedField: "repeated-field"
    case .headTooLarge: "head-too-large"
    case .tooManyFields: "too-many-fields"
    case .missingHost: "missing-host"
    case .repeatedHost: "repeated-host"
    case .malformedHost: "malformed-host"
    case .malformedConnection: "malformed-connection"
    case .repeatedExpectation: "repeated-expectation"
    case .unknownExpectation: "unknown-expectation"
    case .unrequestedUpgrade: "unrequested-upgrade"
    case .repeatedContentLength: "repeated-content-length"
    case .malformedContentLength: "malformed-content-length"
    case .contentLengthTooLarge: "content-length-too-large"
    case .repeatedTransferEncoding: "repeated-transfer-encoding"
    case .unknownTransferEncoding: "unknown-transfer-encoding"
    case .transferEncodingInHTTP10: "transfer-encoding-in-http-1.0"
    case .lengthAndTransferEncoding: "length-and-transfer-encoding"
    case .bodyNotAllowed: "body-not-allowed"
    case .truncatedBody: "truncated-body"
    case .malformedChunkSize: "malformed-chunk-size"
    case .chunkTooLarge: "chunk-too-large"
    case .malformedChunkExtension: "malformed-chunk-extension"
    case .chunkExtensionsTooLong: "chunk-extensions-too-long"
    case .malformedChunkEnd: "malformed-chunk-end"
    case .forbiddenTrailer: "forbidden-trailer"
    case .malformedPseudoFields: "malformed-pseudo-fields"
    case .upperCaseFieldName: "upper-case-field-name"
    case .whitespaceAroundValue: "whitespace-around-value"
    case .connectionField: "connection-field"
    case .hostDisagrees: "host-disagrees"
    case .lengthDisagrees: "length-disagrees"
    }
  }

  /// One line for the sender of the message; it repeats none of its bytes.
  package var explanation: String {
    switch self {
    case .malformedMethod: "the method is not a token"
    case .unknownMethod: "the method is not one of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS"
    case .malformedTarget: "the request target holds a byte that must be percent-encoded"
    case .targetNotOriginForm: "the request target must be a path that begins with a slash"
    case .requestLineTooLong: "the request line is too long"
    case .malformedVersion: "the request line must end with the version of HTTP"
    case .unsupportedVersion: "the version must be HTTP/1.1 or HTTP/1.0"
    case .malformedStatusLine: "the status line must be the version, a status of three digits and a reason"
    case .bareCarriageReturn: "a carriage return must be followed by a line feed"
    case .bareLineFeed: "a line feed must follow a carriage return"
    case .foldedField: "a field must not be folded over lines, and no line of the head may begin with white space"
    case .missingColon: "a field line must hold a colon"
    case .whitespaceBeforeColon: "no white space may stand between a field's name and its colon"
    case .malformedFieldName: "a field's name must be a token"
    case .underscoreInFieldName: "a field's name must not hold an underscore, since some servers take it for a hyphen"
    case .controlInFieldValue: "a field's value must not hold control characters"
    case .nonASCIIFieldValue: "a field's value must be ASCII"
    case .repeatedField: "a field that may stand once was repeated"
    case .headTooLarge: "the head or the trailer section is too large"
    case .tooManyFields: "the head or the trailer section holds too many fields"
    case .missingHost: "the Host field is missing"
    case .repeatedHost: "the Host field is repeated"
    case .malformedHost: "the Host field must be a host name or an address, with a port between 1 and 65535 or none"
    case .malformedConnection: "the Connection field must be a list of tokens"
    case .repeatedExpectation: "the Expect field is repeated"
    case .unknownExpectation: "the only expectation that is met is 100-continue"
    case .unrequestedUpgrade: "the protocol was switched without a request to"
    case .repeatedContentLength: "the Content-Length field is repeated"
    case .malformedContentLength: "the Content-Length field must be one decimal number without sign or leading zero"
    case .contentLengthTooLarge: "the Content-Length field is too large a number"
    case .repeatedTransferEncoding: "the Transfer-Encoding field is repeated"
    case .unknownTransferEncoding: "the only transfer coding that is understood is chunked, alone"
    case .transferEncodingInHTTP10: "HTTP/1.0 has no transfer codings"
    case .lengthAndTransferEncoding: "Content-Length and Transfer-Encoding exclude each other"
    case .bodyNotAllowed: "this message must not have a body"
    case .truncatedBody: "the connection ended before the body did"
    case .malformedChunkSize: "a chunk must begin with its size, at most 16 hexadecimal digits and nothing else"
    case .chunkTooLarge: "the chunks' sizes are too large a number"
    case .malformedChunkExtension: "a chunk extension must be a token, or two with an equals sign between them"
    case .chunkExtensionsTooLong: "the chunk extensions are too long"
    case .malformedChunkEnd: "a chunk's data must be followed by a carriage return and a line feed"
    case .forbiddenTrailer: "a trailer must not frame, route or control the message (RFC 9110, section 6.5.1)"
    case .malformedPseudoFields: "the request must begin with :method, :scheme https, :authority and :path, each of them once"
    case .upperCaseFieldName: "a field's name must be in lower case in HTTP/2"
    case .whitespaceAroundValue: "a field's value must not begin or end with white space in HTTP/2"
    case .connectionField: "HTTP/2 has no fields about the connection, and no te but trailers"
    case .hostDisagrees: "the host field must be what :authority says"
    case .lengthDisagrees: "the content-length field must be the length of the data"
    }
  }

  /// The status of the answer where a request was refused (RFC 9110, section 15); 502 for what only an upstream answer can do wrong.
  package var status: Int {
    switch self {
    case .requestLineTooLong: 414
    case .unknownExpectation: 417
    case .headTooLarge, .tooManyFields: 431
    case .unknownMethod: 501
    case .malformedStatusLine, .unrequestedUpgrade: 502
    case .unsupportedVersion: 505
    case .malformedMethod, .malformedTarget, .targetNotOriginForm, .malformedVersion, .bareCarriageReturn, .bareLineFeed, .foldedField,
      .missingColon, .whitespaceBeforeColon, .malformedFieldName, .underscoreInFieldName, .controlInFieldValue, .nonASCIIFieldValue,
      .repeatedField, .missingHost, .repeatedHost, .malformedHost, .malformedConnection, .repeatedExpectation, .repeatedContentLength,
      .malformedContentLength, .contentLengthTooLarge, .repeatedTransferEncoding, .unknownTransferEncoding, .transferEncodingInHTTP10,
      .lengthAndTransferEncoding, .bodyNotAllowed, .truncatedBody, .malformedChunkSize, .chunkTooLarge, .malformedChunkExtension,
      .chunkExtensionsTooLong, .malformedChunkEnd, .forbiddenTrailer, .malformedPseudoFields, .upperCaseFieldName, .whitespaceAroundValue,
      .connectionField, .hostDisagrees, .lengthDisagrees:
      400
    }
  }
}
