extension TOMLReader {
  /// A boolean, a number, a date or a time: up to what can't stand in one.
  mutating func scalar(in bytes: Span<UInt8>) throws(TOMLError) -> TOMLValue {
    let start = position
    skipScalar(in: bytes)
    // The space between a date and a time.
    if position - start == 10, bytes[start + 4] == UInt8(ascii: "-"), position + 1 < bytes.count, bytes[position] == UInt8(ascii: " "),
      ASCII.isDigit(bytes[position + 1])
    {
      position += 1
      skipScalar(in: bytes)
    }
    guard position > start else { throw TOMLError(.unexpectedByte, at: start) }
    let word = text(bytes.extracting(start..<position)).utf8
    switch TOMLScalar(word) {
    case .bool(let bool): return .bool(bool)
    case .number, .time: return .other
    case .noNumber: throw TOMLError(.invalidNumber, at: start)
    case .noTime: throw TOMLError(.invalidTime, at: start)
    case .unknown: throw TOMLError(.unexpectedByte, at: start)
    }
  }

  private mutating func skipScalar(in bytes: Span<UInt8>) {
    while position < bytes.count, ASCII.isAlphanumeric(bytes[position]) || "+-_.:".utf8.contains(bytes[position]) { position += 1 }
  }
}

/// What a word without quotation marks is.
enum TOMLScalar: Hashable {
  case bool(Bool)
  case number
  case time
  case noNumber
  case noTime
  case unknown

  init(_ word: some BidirectionalCollection<UInt8>) {
    let word = Array(word)
    let unsigned = word.first == UInt8(ascii: "+") || word.first == UInt8(ascii: "-") ? word.dropFirst() : word[...]
    if word.elementsEqual("true".utf8) {
      self = .bool(true)
    } else if word.elementsEqual("false".utf8) {
      self = .bool(false)
    } else if unsigned.elementsEqual("inf".utf8) || unsigned.elementsEqual("nan".utf8) {
      self = .number
    } else if Self.looksLikeTime(word) {
      self = TOMLTime.isValid(word) ? .time : .noTime
    } else if unsigned.first.map(ASCII.isDigit) ?? false {
      self =
        Self.isNumber(unsigned, isSigned: unsigned.count < word.count, isNegative: word.first == UInt8(ascii: "-")) ? .number : .noNumber
    } else {
      self = .unknown
    }
  }

  /// Four digits and `-`, or two and `:`.
  private static func looksLikeTime(_ word: [UInt8]) -> Bool {
    let digits = word.prefix(while: ASCII.isDigit).count
    guard digits < word.count else { return false }
    return digits == 4 && word[4] == UInt8(ascii: "-") || digits == 2 && word[2] == UInt8(ascii: ":")
  }

  private static func isNumber(_ word: ArraySlice<UInt8>, isSigned: Bool, isNegative: Bool) -> Bool {
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where word.starts(with: prefix.utf8) {
      guard !isSigned, let digits = digits(word.dropFirst(2), where: ASCII.isHexDigit) else { return false }
      return Int64(digits, radix: radix) != nil
    }
    guard word.contains(where: { ".eE".utf8.contains($0) }) else {
      guard let digits = digits(word, where: ASCII.isDigit), digits == "0" || !digits.hasPrefix("0") else { return false }
      return Int64((isNegative ? "-" : "") + digits) != nil
    }
    return isFloat(word)
  }

  private static func isFloat(_ word: ArraySlice<UInt8>) -> Bool {
    let mantissa = word.prefix { $0 | 0x20 != UInt8(ascii: "e") }
    if mantissa.count < word.count {
      let exponent = word[mantissa.endIndex...].dropFirst()
      let isSigned = exponent.first == UInt8(ascii: "+") || exponent.first == UInt8(ascii: "-")
      guard digits(exponent.dropFirst(isSigned ? 1 : 0), where: ASCII.isDigit) != nil else { return false }
    }
    let parts = mantissa.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let whole = digits(parts[0], where: ASCII.isDigit), whole == "0" || !whole.hasPrefix("0") else { return false }
    return parts.count == 1 || digits(parts[1], where: ASCII.isDigit) != nil
  }

  /// Digits without the underscores that may stand between two of them.
  private static func digits(_ word: ArraySlice<UInt8>, where isDigit: (UInt8) -> Bool) -> String? {
    let underscore = UInt8(ascii: "_")
    let runs = word.split(separator: underscore, omittingEmptySubsequences: false)
    guard runs.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else { return nil }
    return String(decoding: word.filter { $0 != underscore }, as: UTF8.self)
  }
}
