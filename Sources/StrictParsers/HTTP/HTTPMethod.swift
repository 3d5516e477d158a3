/// The methods that registries' clients use (RFC 9110, section 9; RFC 5789). Any other, CONNECT and TRACE among them, is not implemented.
package enum HTTPMethod: String, CaseIterable, Sendable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"

  /// The length of the longest of them: what is longer can't be one.
  static let longest = 7

  /// `nil` if the bytes are no method of ours; the case of letters matters.
  init?(_ bytes: Span<UInt8>) {
    for method in Self.allCases where bytes.elementsEqual(method.rawValue) {
      self = method
      return
    }
    return nil
  }

  /// Whether a request may carry content. The others could (RFC 9110, section 9.3.1), but no client needs it and some servers don't look for it.
  package var allowsBody: Bool {
    switch self {
    case .post, .put, .patch: true
    case .get, .head, .delete, .options: false
    }
  }
}
