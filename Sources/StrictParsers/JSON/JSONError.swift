/// Why, and at which byte, a text is not the JSON that `StrictJSON` reads.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: String, Hashable, Sendable, CaseIterable {
    case unexpectedEnd = "the text ends too early"
    case unexpectedByte = "this byte can't stand here"
    case trailingBytes = "something follows the value"
    case byteOrderMark = "the text begins with a byte order mark"
    case invalidUTF8 = "the text is not UTF-8"
    case controlCharacter = "a control character stands in a string unescaped"
    case invalidEscape = "there is no such escape"
    case loneSurrogate = "an escaped surrogate lacks its other half"
    case invalidNumber = "this is not a number of JSON"
    case repeatedName = "an object has this name twice"
    case tooDeep = "arrays and objects are nested too deeply"
    case tooManyValues = "there are too many values"
    case budgetSpent = "reading it takes too long"
    case notAnObject = "the text is not an object"
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
