import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("A registry's options") struct RegistryOptionsTests {
  private enum Word: String, CaseIterable { case one, two, three }

  private static let text = TextOption("text")
  private static let choice = ChoiceOption("choice", usual: Word.two)
  private static let choices = ChoicesOption<Word>("choices", usual: [.one, .two])
  private static let keys: [any OptionKey] = [text, choice, choices]

  @Test("have their usual values where nothing stands") func usual() {
    let options = RegistryOptions(of: Self.keys)
    #expect(options[Self.text] == nil && options[Self.choice] == .two && options[Self.choices] == [.one, .two])
    #expect(options == RegistryOptions(["choice": ["two"], "choices": ["two", "one", "two"]], of: Self.keys))
  }

  @Test("say what stands there") func written() {
    let options = RegistryOptions(["text": ["a b"], "choice": ["three"], "choices": []], of: Self.keys)
    #expect(options[Self.text] == "a b" && options[Self.choice] == .three && options[Self.choices] == [])
    #expect(options != RegistryOptions(of: Self.keys))
  }

  @Test("tell what may stand there") func forms() {
    let words = ["one", "two", "three"]
    #expect(Self.keys.map(\.form) == [.text, .choice(words), .choices(words)])
  }

  @Test("of each ecosystem have names of their own, and usual values of their form") func catalogue() {
    for ecosystem in RegistryCatalog.all {
      let keys = ecosystem.type.options
      #expect(Set(keys.map(\.name)).count == keys.count)
      for key in keys {
        switch key.form {
        case .text: #expect(key.usual.count < 2)
        case .choice(let words): #expect(key.usual.count == 1 && words.contains(key.usual[0]))
        case .choices(let words): #expect(Set(key.usual).isSubset(of: words))
        }
      }
    }
  }
}
