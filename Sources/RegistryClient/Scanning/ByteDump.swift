import StrictParsers

/// Bytes as programs print them for people: `61 76`, `0x61, 0x76`, `61:76`, `[97, 118]`.
enum ByteDump {
  /// Whether it may stand between two bytes.
  private static func isSeparator(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"), UInt8(ascii: ":"), UInt8(ascii: "-"),
      UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "("), UInt8(ascii: ")"),
      UInt8(ascii: "{"), UInt8(ascii: "}"):
      true
    default: false
    }
  }

  /// Shows the runs of hexadecimal digits of a text one after the other, each as the numbers from 0 to 15 that they stand for.
  ///
  /// A text may hold as many runs as half of its bytes, so they are never kept together.
  ///
  /// - Parameter isEnough: Whether no further run is wanted.
  /// - Returns: Whether one was enough.
  static func hexadecimal(_ text: [UInt8], _ isEnough: ([UInt8]) -> Bool) -> Bool {
    var run: [UInt8] = []
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: "0"), index + 1 < text.count, text[index + 1] | 0x20 == UInt8(ascii: "x") {
        index += 2
        continue
      }
      if let digit = ASCIIDigits.hexadecimal(byte) {
        run.append(digit)
      } else if !isSeparator(byte), end(&run, isEnough) {
        return true
      }
      index += 1
    }
    return end(&run, isEnough)
  }

  /// Shows the runs of decimal numbers up to 255 of a text one after the other, as bytes.
  ///
  /// - Parameter isEnough: Whether no further run is wanted.
  /// - Returns: Whether one was enough.
  static func decimal(_ text: [UInt8], _ isEnough: ([UInt8]) -> Bool) -> Bool {
    var run: [UInt8] = []
    var number: Int?
    /// Whether the run that a larger number ends was enough.
    func endNumber() -> Bool {
      guard let ended = number else { return false }
      number = nil
      guard let byte = UInt8(exactly: ended) else { return end(&run, isEnough) }
      run.append(byte)
      return false
    }
    for byte in text {
      if ASCII.isDigit(byte) {
        number = min((number ?? 0) * 10 + Int(byte - UInt8(ascii: "0")), 1000)
      } else if endNumber() || (!isSeparator(byte) && end(&run, isEnough)) {
        return true
      }
    }
    return endNumber() || end(&run, isEnough)
  }

  /// Shows a run that is over, if there is one, and begins another.
  private static func end(_ run: inout [UInt8], _ isEnough: ([UInt8]) -> Bool) -> Bool {
    guard !run.isEmpty else { return false }
    defer { run.removeAll(keepingCapacity: true) }
    return isEnough(run)
  }
}
