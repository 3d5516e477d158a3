import StrictParsers

/// Finds everything that is wrong with a declared publisher, and makes its conditions.
struct PublisherCheck {
  private let declaration: PublisherDeclaration
  private let rules: PublisherRules
  /// Those of `when`, in their order.
  private let keys: [ConditionKey]
  /// Whether the ids of who publishes are learnt at the first publish, since none of them is configured.
  let pinsOnFirstUse: Bool
  private(set) var problems: [PublisherProblem] = []

  init(_ declaration: PublisherDeclaration, _ rules: PublisherRules) {
    self.declaration = declaration
    self.rules = rules
    keys = declaration.when.map { rules.key($0.key) }
    pinsOnFirstUse = declaration.pin == .ids && rules.haveIDs && !keys.contains { $0.isImmutableID }
  }

  private var provider: any CIProvider { rules.provider }

  mutating func run() -> [Condition] {
    checkID()
    checkPackages()
    if declaration.pin == .names { checkNames() }
    var conditions: [Condition] = []
    // No more than that: it is kept as long as the configuration is.
    conditions.reserveCapacity(keys.count + rules.usualConditions.count)
    for number in keys.indices {
      if let condition = condition(keys[number], declaration.when[number].values) { conditions.append(condition) }
    }
    checkWhole()
    if keys.contains(where: \.isOfDanger) {
      conditions += rules.provider.standingConditions + rules.untrustedTriggers.indices.map { safe($0) }
    } else {
      conditions += rules.usualConditions
    }
    return conditions
  }

  /// Whether each repository that is meant is written out.
  private var namesRepositories: Bool {
    [provider.repositoryKey.claim, provider.repositoryScope].compactMap { $0 }.allSatisfy { claim in
      let names = zip(keys, declaration.when).filter { $0.0.claim == claim }.flatMap(\.1.values)
      return !names.isEmpty && !names.contains { $0.has("*") }
    }
  }

  private static func list(_ names: [ExactString]) -> String { names.map(\.text).joined(separator: ", ") }

  private static func choice(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return "\(words.dropLast().joined(separator: ", ")) or \(last)"
  }

  private mutating func error(_ part: PublisherProblem.Part, _ message: String, suggestion: String? = nil) {
    problems.append(PublisherProblem(part, .error, message, suggestion: suggestion))
  }

  private mutating func warn(_ part: PublisherProblem.Part, _ message: String) {
    problems.append(PublisherProblem(part, .warning, message))
  }

  // MARK: The whole

  private mutating func checkID() {
    let isValid =
      !declaration.id.isEmpty && declaration.id.utf8.allSatisfy { ASCII.isLower($0) || ASCII.isDigit($0) || $0 == UInt8(ascii: "-") }
    if !isValid { error(.id, "an id is made of a-z, 0-9 and hyphens") }
  }

  private mutating func checkPackages() {
    if declaration.mayPublish.isEmpty { error(.whole, "it may publish nothing: may_publish is empty") }
    for (registry, patterns) in declaration.mayPublish {
      if patterns.isEmpty { error(.mayPublish(registry), "it names no package") }
      if patterns.contains(where: \.isBroad) { warn(.mayPublish(registry), "it may publish every package of this registry") }
    }
  }

  /// Names alone are trusted only where tokens have no more by default: elsewhere that would give up the ids that each token has.
  private mutating func checkNames() {
    guard provider.idsOnRequest != nil else {
      let why = rules.haveIDs ? "have ids without being asked for them" : "have none"
      return error(.pin, "names is for tokens that have ids only where the job asks for them; those of \(provider.id) \(why)")
    }
    if let id = keys.first(where: \.isImmutableID) { error(.pin, "names contradicts \(id.name) in `when`") }
    if !namesRepositories { error(.pin, "names needs each \(provider.repositoryKey.condition) written out in `when`") }
    warn(.pin, "names alone are trusted, which can be given up and taken by strangers: better let the job ask for the ids")
  }

  private mutating func checkWhole() {
    if !rules.identifying.contains(where: { $0.allSatisfy { isNarrow($0) } }) {
      if keys.allSatisfy(\.isGeneric) {
        return error(.whole, "`when` constrains nothing that tells one repository from another")
      }
      let alternatives = rules.identifying.map { $0.map(\.text).joined(separator: " and ") }
      return error(.whole, "`when` does not say whose tokens are meant: add \(Self.choice(alternatives))")
    }
    if pinsOnFirstUse, !namesRepositories {
      return error(
        .whole,
        "`when` needs one of \(Self.list(provider.immutableIDs)): names can be given up and taken by strangers, and ids are learnt only "
          + "where each \(provider.repositoryKey.condition) is written out")
    }
    for advice in rules.advice where !keys.indices.contains(where: { advice.keys.contains(keys[$0].name) && isHeeding($0) }) {
      warn(.whole, "\(advice.otherwise): add \(Self.choice(advice.keys.map(\.text)))")
    }
  }

  /// Whether there is a condition of this key that does not hold of everything.
  private func isNarrow(_ key: ExactString) -> Bool {
    keys.indices.contains { number in
      keys[number].name == key && !declaration.when[number].values.contains { ClaimPattern($0, ignoringCase: false).isBroad }
    }
  }

  /// Whether a condition follows the advice about its key. Of one that holds of everything it is said elsewhere.
  private func isHeeding(_ number: Int) -> Bool {
    let values = declaration.when[number].values
    if keys[number].name == "ref_protected" { return !values.contains("false") }
    guard keys[number].claim == provider.repositoryKey.claim else { return true }
    return !values.contains { ClaimPattern($0, ignoringCase: false).isBroadWithin }
  }

  // MARK: Conditions

  private mutating func condition(_ key: ConditionKey, _ values: TinyArray<ExactString>) -> Condition? {
    let name = key.name
    let part = PublisherProblem.Part.when(name.text)
    guard key.isKnown else {
      let suggestion = Spelling.nearest(to: name.text, among: rules.knownKeys.map(\.text))
      error(part, "\(provider.id) has no condition of this name", suggestion: suggestion)
      return nil
    }
    if values.isEmpty || values.contains(where: \.isEmpty) { error(part, "a value is empty, which nothing would match") }
    if values.contains(where: \.isUntidy) { error(part, "a value begins or ends with a space, or holds a control character") }
    for value in values {
      if let fault = provider.fault(of: value, for: name) { error(part, "\"\(value)\" \(fault)") }
    }
    switch name {
    case _ where !key.isSpecial: break
    case "workflow":
      if values.contains(where: { $0.has("*") }) { error(part, "a workflow is a file, not a pattern") }
      let comparesJob = !declaration.when.contains { $0.key == "reusable_workflow" }
      return Condition(subject: key.subject, kind: .workflow(values, comparesJob: comparesJob))
    case "reusable_workflow": return claim(key, values, part)
    case "tag": return tag(key, values, part)
    default: break
    }
    if key.isList {
      if values.contains(where: { $0.has("*") }) { error(part, "what a list holds is compared as a whole: there are no patterns") }
      return Condition(subject: key.subject, kind: .listed(values))
    }
    if key.isOfDanger { warnOfDangers(key, values, part) }
    return claim(key, values, part)
  }

  private mutating func warnOfDangers(_ key: ConditionKey, _ values: TinyArray<ExactString>, _ part: PublisherProblem.Part) {
    for trigger in rules.untrustedTriggers where trigger.claim == key.claim {
      for value in values where trigger.isNamed(by: value) {
        warn(part, "\(value) runs what a stranger sent with the repository's identity")
      }
    }
  }

  private func safe(_ number: Int) -> Condition {
    let trigger = rules.untrustedTriggers[number]
    var named: [ClaimPattern] = []
    for (key, condition) in zip(keys, declaration.when) where key.claim == trigger.claim {
      for value in condition.values where trigger.isNamed(by: value) { named.append(ClaimPattern(value, ignoringCase: false)) }
    }
    return Condition(of: trigger.claim, .noUntrustedTrigger(number, named: named))
  }

  private mutating func claim(
    _ key: ConditionKey, _ values: TinyArray<ExactString>, _ part: PublisherProblem.Part
  ) -> Condition {
    if values.contains(where: { $0.has("{") && $0.contains("{version}") }) {
      error(part, "{version} stands for the upload's version in `tag` only, where the tokens of \(provider.id) tell a tag")
    }
    let patterns = TinyArray(values) { ClaimPattern($0, ignoringCase: key.ignoresCase) }
    if patterns.contains(where: \.isBroad) { warn(part, "a wildcard alone matches everything") }
    return Condition(subject: key.subject, kind: .claim(patterns))
  }

  private mutating func tag(_ key: ConditionKey, _ values: TinyArray<ExactString>, _ part: PublisherProblem.Part) -> Condition? {
    var tags: [TagPattern] = []
    for value in values {
      if value.after("refs/") != nil { error(part, "\"\(value)\" is compared with the tag's name alone: leave out refs/tags/") }
      if let tag = TagPattern(value) {
        tags.append(tag)
      } else {
        error(part, "\"\(value)\" must hold {version} once at most, and no wildcard beside it")
      }
    }
    if values.contains(where: { ClaimPattern($0, ignoringCase: false).isBroad }) { warn(part, "a wildcard alone matches every tag") }
    return Condition(subject: key.subject, kind: .tag(TinyArray(tags)))
  }
}

/// Guesses which word somebody meant.
package enum Spelling {
  /// The one of `words` that the fewest changes of a letter make of `word`; `nil` if even that is far.
  package static func nearest(to word: String, among words: [String]) -> String? {
    let measured = words.map { ($0, distance(Array(word.utf8), Array($0.utf8))) }
    guard let best = measured.min(by: { $0.1 < $1.1 }), best.1 <= max(2, word.utf8.count / 3) else { return nil }
    return best.0
  }

  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (leftIndex, leftByte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = leftIndex + 1
      for (rightIndex, rightByte) in right.enumerated() {
        let above = row[rightIndex + 1]
        row[rightIndex + 1] = min(above + 1, row[rightIndex] + 1, diagonal + (leftByte == rightByte ? 0 : 1))
        diagonal = above
      }
    }
    return row[right.count]
  }
}
