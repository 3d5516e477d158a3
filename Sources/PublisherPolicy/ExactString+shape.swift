import StrictParsers

extension ExactString {
  /// How many non-empty pieces stand between slashes; 0 where one is empty.
  var segments: Int {
    let pieces = utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return pieces.contains { $0.isEmpty } ? 0 : pieces.count
  }

  var isNumber: Bool { !isEmpty && utf8.allSatisfy { ASCII.isDigit($0) } }

  /// Whether it can stand in the path of a URL as it is.
  var isURLSafe: Bool { utf8.allSatisfy { ASCII.isAlphanumeric($0) || "-._/".utf8.contains($0) } }

  func has(_ character: Unicode.Scalar) -> Bool { utf8.contains { UInt32($0) == character.value } }

  func ends(with end: String) -> Bool { utf8.count > end.utf8.count && utf8.suffix(end.utf8.count).elementsEqual(end.utf8) }

  func contains(_ part: String) -> Bool {
    var rest = utf8[...]
    while rest.count >= part.utf8.count {
      if rest.starts(with: part.utf8) { return true }
      rest = rest.dropFirst()
    }
    return false
  }
}
