package import StrictParsers

/// A key of a registry's configuration that only one ecosystem's registries have. The documents have the comment of its declaration, in which the default
/// stands last.
package protocol OptionKey: Sendable {
  associatedtype Value

  var name: String { get }
  var form: OptionForm { get }
  /// What the key says where it does not stand, as it would be written; empty if it says nothing.
  var usual: [String] { get }

  /// What these words mean, which have the key's form.
  func value(of words: [String]) -> Value
}

/// What may stand under a key.
package enum OptionForm: Hashable, Sendable {
  /// Any text.
  case text
  /// One of these words.
  case choice([String])
  /// Some of these words, in any order.
  case choices([String])
}

/// A text; `nil` if it does not stand there.
package struct TextOption: OptionKey {
  package let name: String
  package var form: OptionForm { .text }
  package var usual: [String] { [] }

  package init(_ name: String) { self.name = name }

  package func value(of words: [String]) -> ExactString? { words.first.map { ExactString($0) } }
}

/// One of an enum's cases, by its raw value.
package struct ChoiceOption<Word: RawRepresentable<String> & CaseIterable & Sendable>: OptionKey {
  package let name: String
  private let usualWord: Word

  package init(_ name: String, usual: Word) {
    self.name = name
    usualWord = usual
  }

  package var form: OptionForm { .choice(Word.allCases.map(\.rawValue)) }
  package var usual: [String] { [usualWord.rawValue] }

  package func value(of words: [String]) -> Word { words.first.flatMap { Word(rawValue: $0) } ?? usualWord }
}

/// Some of an enum's cases, by their raw values.
package struct ChoicesOption<Word: RawRepresentable<String> & CaseIterable & Hashable & Sendable>: OptionKey {
  package let name: String
  private let usualWords: Set<Word>

  package init(_ name: String, usual: Set<Word>) {
    self.name = name
    usualWords = usual
  }

  package var form: OptionForm { .choices(Word.allCases.map(\.rawValue)) }
  package var usual: [String] { usualWords.map(\.rawValue) }

  package func value(of words: [String]) -> Set<Word> { Set(words.compactMap { Word(rawValue: $0) }) }
}
