/// Scalars after `|` and `>`.
extension YAMLReader {
  private enum Chomping { case strip, clip, keep }

  /// A scalar whose indicator stands here, with the end of its last line.
  mutating func blockScalar(below indent: Int) throws(YAMLError) -> YAMLScalar {
    let isLiteral = peek() == UInt8(ascii: "|")
    position += 1
    let (chomping, stated) = try blockHeader()
    let least = max(indent + 1, 1)
    var text: [UInt8] = []
    // Ends of line that follow the text so far.
    var breaks = 0
    var depth = stated.map { max(indent, 0) + $0 }
    var emptyDepth = 0
    while position < bytes.count {
      skipSpaces()
      if depth == nil {
        if isAtBreak {
          emptyDepth = max(emptyDepth, column)
        } else {
          guard column >= least else { break }
          // Some readers take the deepest of the empty lines for the scalar's depth.
          guard emptyDepth <= column, peek() != Self.tab else { throw error(.indentation) }
          depth = column
        }
      }
      if let depth, column >= depth, !isAtBreak || column > depth {
        text += Array(repeating: 0x0A, count: breaks)
        breaks = 0
        let start = lineStart + depth
        while !isAtBreak { position += 1 }
        text += bytes[start..<position]
      } else if !isAtBreak {
        guard peek() != Self.tab else { throw error(.tab) }
        break
      }
      if position < bytes.count { breaks += 1 }
      takeBreak()
    }
    position = lineStart
    switch chomping {
    case .strip: break
    case .clip: if !text.isEmpty, breaks > 0 { text.append(0x0A) }
    case .keep: text += Array(repeating: 0x0A, count: breaks)
    }
    return YAMLScalar(style: isLiteral ? .literal : .folded, text: isLiteral ? ExactString(utf8: text) : nil)
  }

  /// What stands behind the indicator, to the end of its line.
  private mutating func blockHeader() throws(YAMLError) -> (Chomping, depth: Int?) {
    var chomping: Chomping?
    var depth: Int?
    while let byte = peek(), !Self.isBlank(byte) {
      switch byte {
      case UInt8(ascii: "-") where chomping == nil: chomping = .strip
      case UInt8(ascii: "+") where chomping == nil: chomping = .keep
      case UInt8(ascii: "1")...UInt8(ascii: "9") where depth == nil: depth = Int(byte & 0xF)
      default: throw error(.unexpected)
      }
      position += 1
    }
    try endLine()
    return (chomping ?? .clip, depth)
  }
}
