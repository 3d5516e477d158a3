/// How the end of a message's body is found (RFC 9112, section 6.3).
package enum BodyFraming: Hashable, Sendable {
  /// There is no body, and no field that says so.
  case none
  /// As many bytes as Content-Length says, which may be 0.
  case length(Int64)
  case chunked
  /// Everything until the connection ends. Answers only, and a broken connection looks the same.
  case untilClose
}

/// What the fields that decide over framing and connection said so far, judged line by line.
struct HTTPFramingFields: Sendable {
  private(set) var length: Int64?
  private(set) var isChunked = false
  private(set) var closes = false

  /// Content-Length (RFC 9110, section 8.6), without the lists and repetitions that section 6.3 of RFC 9112 would tolerate.
  mutating func noteContentLength(_ value: Span<UInt8>) throws(HTTPRefusal) {
    guard length == nil else { throw .repeatedContentLength }
    guard !isChunked else { throw .lengthAndTransferEncoding }
    guard !value.isEmpty, value.count == 1 || value[0] != UInt8(ascii: "0") else { throw .malformedContentLength }
    var number: Int64 = 0
    var isTooLarge = false
    for index in value.indices {
      guard ASCII.isDigit(value[index]) else { throw .malformedContentLength }
      let (product, overflow) = number.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int64(value[index] &- UInt8(ascii: "0")))
      if overflow || carry { isTooLarge = true }
      number = sum
    }
    guard !isTooLarge else { throw .contentLengthTooLarge }
    length = number
  }

  /// Transfer-Encoding (RFC 9112, section 6.1): `chunked`, once and alone.
  mutating func noteTransferEncoding(_ value: Span<UInt8>, in version: HTTPVersion) throws(HTTPRefusal) {
    guard version == .http11 else { throw .transferEncodingInHTTP10 }
    guard !isChunked else { throw .repeatedTransferEncoding }
    guard length == nil else { throw .lengthAndTransferEncoding }
    guard value.elementsEqual(lowercased: "chunked") else { throw .unknownTransferEncoding }
    isChunked = true
  }

  /// Connection (RFC 9110, section 7.6.1). Only `close` means anything to us: no other option can take a field away.
  mutating func noteConnection(_ value: Span<UInt8>) throws(HTTPRefusal) {
    var start = 0
    while start <= value.count {
      var end = start
      while end < value.count, value[end] != UInt8(ascii: ",") { end += 1 }
      let option = value.extracting(value.trimmed(start..<end))
      for index in option.indices where !ASCII.isTokenCharacter(option[index]) { throw .malformedConnection }
      if option.elementsEqual(lowercased: "close") { closes = true }
      start = end + 1
    }
  }
}

/// The fields that are judged while a head is read.
enum HTTPJudgedField {
  case host, contentLength, transferEncoding, connection, expect

  /// `nil` for all other names.
  init?(_ name: Span<UInt8>) {
    switch name.count {
    case 4 where name.elementsEqual(lowercased: "host"): self = .host
    case 6 where name.elementsEqual(lowercased: "expect"): self = .expect
    case 10 where name.elementsEqual(lowercased: "connection"): self = .connection
    case 14 where name.elementsEqual(lowercased: "content-length"): self = .contentLength
    case 17 where name.elementsEqual(lowercased: "transfer-encoding"): self = .transferEncoding
    default: return nil
    }
  }
}
