/// Why, and at which byte, a text is not the TOML that `TOMLDocument` reads.
package struct TOMLError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: String, Hashable, Sendable, CaseIterable {
    case unexpectedEnd = "the text ends too early"
    case unexpectedByte = "this byte can't stand here"
    case invalidUTF8 = "the text is not UTF-8"
    case controlCharacter = "a control character stands here"
    case carriageReturn = "a carriage return stands here without a line feed"
    case invalidEscape = "there is no such escape"
    case invalidNumber = "this is not a number of TOML, or one that few readers can hold"
    case invalidTime = "there is no such date or time"
    case repeatedKey = "a key or a table stands here for a second time"
    case notATable = "a key stands here below something that is not a table"
    case tooDeep = "keys, arrays and tables are nested too deeply"
    case tooManyValues = "there are too many keys and values"
    case budgetSpent = "reading it takes too long"
  }

  package let reason: Reason
  /// Bytes before the place, of the whole text.
  package let offset: Int

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }

  package var description: String { "\(reason.rawValue) (byte \(offset))" }
}
