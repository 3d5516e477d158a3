/// Why, and at which byte, a text is not the YAML that `StrictYAML` reads.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Reason: String, Hashable, Sendable, CaseIterable {
    case invalidUTF8 = "the text is not UTF-8"
    case byteOrderMark = "U+FEFF, a byte order mark, stands here"
    case nextLine = "U+0085, which ends a line to some readers, stands here"
    case lineSeparator = "U+2028, a line separator, as copied from web pages, stands here"
    case paragraphSeparator = "U+2029, a paragraph separator, as copied from web pages, stands here"
    case character = "a control character stands here"
    case tab = "a tab stands where only spaces may"
    case directive = "the text has a directive"
    case severalDocuments = "the text has several documents"
    case notAMapping = "the text is not a mapping whose keys stand at the beginning of their lines"
    case unexpected = "this can't stand here"
    case unexpectedEnd = "the text ends too early"
    case indentation = "this line is indented as no other of its kind"
    case anchor = "an anchor (`&`) stands here, which readers resolve differently"
    case alias = "an alias (`*`) stands here, which readers resolve differently"
    case tag = "this tag is not one of those that tools write"
    case explicitKey = "a key is written with `?`"
    case mergeKey = "a merge key (`<<`) stands here"
    case repeatedKey = "a mapping has this key twice"
    case keyOnSeveralLines = "a key is not a scalar of one line"
    case escape = "there is no such escape"
    case reserved = "a plain scalar can't begin with this character"
    case tooDeep = "sequences and mappings are nested too deeply"
    case tooManyNodes = "there are too many values"
    case budgetSpent = "it takes too long to read"
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
