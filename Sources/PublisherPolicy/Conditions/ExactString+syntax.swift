import StrictParsers

extension ExactString {
  /// How many non-empty pieces stand between slashes; 0 where one is empty.
  var segments: Int {
    var slashes = 0
    var isEmpty = true
    for byte in utf8 {
      if byte != UInt8(ascii: "/") {
        isEmpty = false
      } else if isEmpty {
        return 0
      } else {
        slashes += 1
        isEmpty = true
      }
    }
    return isEmpty ? 0 : slashes + 1
  }

  var isNumber: Bool { !isEmpty && utf8.allSatisfy { ASCII.isDigit($0) } }

  /// A UUID as RFC 9562 writes it, in either case.
  var isUUID: Bool {
    let groups = utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    return groups.map(\.count) == [8, 4, 4, 4, 12] && groups.allSatisfy { $0.allSatisfy(ASCII.isHexDigit) }
  }

  /// Of letters, digits and hyphens, and not empty.
  var isSlug: Bool { !isEmpty && utf8.allSatisfy { ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: "-") } }

  /// Of letters, digits, hyphens and underscores, and not empty.
  var isID: Bool { !isEmpty && utf8.allSatisfy { ASCII.isAlphanumeric($0) || "-_".utf8.contains($0) } }

  /// Of what the paths of repositories are made of, and wildcards.
  var isPathPattern: Bool { utf8.allSatisfy { ASCII.isAlphanumeric($0) || "-_./*".utf8.contains($0) } }

  /// What is wrong with it as a repository's name that is otherwise well-formed: no repository's ends as its address may.
  var faultOfRepository: String? { ends(with: ".git") ? "must be the repository's name, without .git" : nil }

  /// Whether a whole reference of git, as `refs/heads/main` is one, can match this pattern.
  var mayBeReference: Bool {
    let literal = utf8.prefix { $0 != UInt8(ascii: "*") }
    return literal.starts(with: "refs/".utf8) || literal.count < utf8.count && "refs/".utf8.starts(with: literal)
  }

  /// What is wrong with it as such a pattern.
  var faultOfReference: String? { mayBeReference ? nil : "must be a whole reference, such as refs/heads/main" }

  /// Whether it begins or ends with a space, or holds a control character.
  var isUntidy: Bool { utf8.first == UInt8(ascii: " ") || utf8.last == UInt8(ascii: " ") || utf8.contains { ASCII.isControl($0) } }

  /// Whether it is these, one behind the other.
  func isMade(of pieces: [ExactString]) -> Bool {
    let bytes = text.utf8Span.span
    var place = 0
    for piece in pieces {
      let part = piece.text.utf8Span.span
      guard part.count <= bytes.count - place else { return false }
      for index in part.indices where bytes[place + index] != part[index] { return false }
      place += part.count
    }
    return place == bytes.count
  }

  /// What follows this beginning; `nil` if it begins otherwise.
  func after(_ beginning: String) -> ExactString? {
    utf8.starts(with: beginning.utf8) ? ExactString(utf8: utf8.dropFirst(beginning.utf8.count)) : nil
  }

  /// What stands before this end; `nil` if it ends otherwise.
  func before(_ end: String) -> ExactString? {
    utf8.suffix(end.utf8.count).elementsEqual(end.utf8) ? ExactString(utf8: utf8.dropLast(end.utf8.count)) : nil
  }

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
