import StrictParsers

/// Bytes as programs print them for people: `61 76`, `0x61, 0x76`, `61:76`, `[97, 118]`.
enum ByteDump {
  /// What may stand between two bytes.
  private static let separators = Set(" \t\r\n:-,.[](){}".utf8)

  /// The runs of hexadecimal digits of a text, each as the numbers from 0 to 15 that they stand for.
  static func hexadecimal(_ text: [UInt8]) -> [[UInt8]] {
    var runs: [[UInt8]] = [[]]
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte == UInt8(ascii: "0"), index + 1 < text.count, text[index + 1] | 0x20 == UInt8(ascii: "x") {
        index += 2
        continue
      }
      if let digit = ASCIIDigits.hexadecimal(byte) {
        runs[runs.count - 1].append(digit)
      } else if !separators.contains(byte), !runs[runs.count - 1].isEmpty {
        runs.append([])
      }
      index += 1
    }
    return runs
  }

  /// The runs of decimal numbers up to 255 of a text, as bytes.
  static func decimal(_ text: [UInt8]) -> [[UInt8]] {
    var runs: [[UInt8]] = [[]]
    var number: Int?
    func end() {
      if let number, let byte = UInt8(exactly: number) {
        runs[runs.count - 1].append(byte)
      } else if number != nil, !runs[runs.count - 1].isEmpty {
        runs.append([])
      }
      number = nil
    }
    for byte in text {
      if ASCII.isDigit(byte) {
        number = min((number ?? 0) * 10 + Int(byte - UInt8(ascii: "0")), 1000)
      } else {
        end()
        if !separators.contains(byte), !runs[runs.count - 1].isEmpty { runs.append([]) }
      }
    }
    end()
    return runs
  }
}
