import StrictParsers

/// Finds everything that is wrong with a declared publisher, and makes its conditions.
struct PublisherCheck {
  /// What every token of an issuer has.
  private static let generic: Set<ExactString> = ["iss", "aud", "sub"]

  private let declaration: PublisherDeclaration
  private let provider: any CIProvider
  private let claims: ClaimTable
  /// Those of `when`, in their order: few, and looked through more quickly than they are hashed.
  private let keys: [ExactString]
  private(set) var problems: [PublisherProblem] = []

  init(_ declaration: PublisherDeclaration, _ provider: any CIProvider) {
    self.declaration = declaration
    self.provider = provider
    claims = provider.claims
    keys = declaration.when.map { provider.claims.shared(ExactString($0.key)) }
  }

  mutating func run() -> [Condition] {
    checkID()
    checkPackages()
    var conditions: [Condition] = []
    for (name, condition) in zip(keys, declaration.when) {
      if let condition = self.condition(name, condition.key, condition.values) { conditions.append(condition) }
    }
    checkWhole()
    return conditions + provider.standingConditions + provider.dangers.indices.map { safe($0) }
  }

  /// Whether the ids of who publishes are learnt at the first publish, since none of them is configured.
  var learns: Bool {
    let ids = provider.immutableIDs
    return !ids.isEmpty && !keys.contains { ids.contains($0) }
  }

  /// Whether each repository that is meant is written out.
  private var namesRepositories: Bool {
    let names = [provider.repositoryKey.condition.text, provider.repositoryKey.claim.text]
    let scopes = provider.repositoryScope.map { [$0.text] }
    return [names, scopes].compactMap { $0 }.allSatisfy { keys in
      let values = declaration.when.filter { keys.contains($0.key) }.flatMap(\.values)
      return !values.isEmpty && !values.contains { $0.has("*") }
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

  private mutating func checkWhole() {
    if !provider.identifying.contains(where: { $0.allSatisfy { isNarrow($0) } }) {
      if keys.allSatisfy({ Self.generic.contains($0) }) {
        return error(.whole, "`when` constrains nothing that tells one repository from another")
      }
      let alternatives = provider.identifying.map { $0.map(\.text).joined(separator: " and ") }
      return error(.whole, "`when` does not say whose tokens are meant: add \(Self.choice(alternatives))")
    }
    if learns, !namesRepositories {
      error(
        .whole,
        "`when` needs one of \(Self.list(provider.immutableIDs)): names can be given up and taken by strangers, and ids are learnt only "
          + "where each \(provider.repositoryKey.condition) is written out")
    }
    for advice in provider.advice where !keys.contains(where: { advice.keys.contains($0) }) {
      warn(.whole, "\(advice.otherwise): add \(Self.choice(advice.keys.map(\.text)))")
    }
  }

  /// Whether there is a condition of this key that does not hold of everything.
  private func isNarrow(_ key: ExactString) -> Bool {
    zip(keys, declaration.when).contains { $0 == key && !$1.values.contains { ClaimPattern($0, ignoringCase: false).isBroad } }
  }

  // MARK: Conditions

  private mutating func condition(_ name: ExactString, _ key: String, _ values: [ExactString]) -> Condition? {
    let part = PublisherProblem.Part.when(key)
    let use = claims.use(of: name)
    guard isKnown(name, use) else {
      let known = (claims.conditionable + provider.specialConditions).map(\.text)
      error(part, "\(provider.id) has no condition of this name", suggestion: Spelling.nearest(to: key, among: known))
      return nil
    }
    if values.isEmpty || values.contains(where: \.isEmpty) { error(part, "a value is empty, which nothing would match") }
    if values.contains(where: \.isUntidy) { error(part, "a value begins or ends with a space, or holds a control character") }
    for value in values {
      if let fault = provider.fault(of: value, for: name) { error(part, "\"\(value)\" \(fault)") }
    }
    let isSpecial = provider.specialConditions.contains(name)
    switch key {
    case "workflow" where isSpecial:
      if values.contains(where: { $0.has("*") }) { error(part, "a workflow is a file, not a pattern") }
      let comparesJob = !declaration.when.contains { $0.key == "reusable_workflow" }
      return Condition(key: name, kind: .workflow(Few(values), comparesJob: comparesJob))
    case "reusable_workflow" where isSpecial: return claim("job_workflow_ref", name, values, part)
    case "tag" where isSpecial: return tag(name, values, part)
    default: break
    }
    if case .list = use {
      if values.contains(where: { $0.has("*") }) { error(part, "what a list holds is compared as a whole: there are no patterns") }
      return Condition(key: name, kind: .listed(name, Few(values)))
    }
    let comparable = self.comparable(name)
    for danger in provider.dangers where danger.claim == comparable {
      for value in values where danger.isNamed(by: value) {
        warn(part, "\(value) runs what a stranger sent with the repository's identity")
      }
    }
    return claim(comparable, name, values, part)
  }

  /// The claim that the condition of this key compares.
  private func comparable(_ key: ExactString) -> ExactString {
    key == provider.repositoryKey.condition ? provider.repositoryKey.claim : key
  }

  private func safe(_ number: Int) -> Condition {
    let danger = provider.dangers[number]
    let values = zip(keys, declaration.when).filter { comparable($0.0) == danger.claim }.flatMap(\.1.values)
    return Condition(
      key: danger.claim,
      kind: .safe(number, named: values.filter { danger.isNamed(by: $0) }.map { ClaimPattern($0, ignoringCase: false) }))
  }

  private func isKnown(_ name: ExactString, _ use: ClaimTable.Use?) -> Bool {
    switch use {
    case .required, .optional, .list: true
    case .judged, .ignored, nil: provider.specialConditions.contains(name) || name == "iss" || name == "aud"
    }
  }

  private mutating func claim(_ claim: ExactString, _ key: ExactString, _ values: [ExactString], _ part: PublisherProblem.Part) -> Condition
  {
    let patterns = values.map { ClaimPattern($0, ignoringCase: provider.caseIgnored.contains(key)) }
    if patterns.contains(where: \.isBroad) { warn(part, "a wildcard alone matches everything") }
    return Condition(key: key, kind: .claim(claim, Few(patterns)))
  }

  private mutating func tag(_ key: ExactString, _ values: [ExactString], _ part: PublisherProblem.Part) -> Condition? {
    var tags: [TagPattern] = []
    for value in values {
      if let tag = TagPattern(value) {
        tags.append(tag)
      } else {
        error(part, "\"\(value)\" must hold {version} once at most, and no wildcard beside it")
      }
    }
    if values.contains("*") || values.contains("**") { warn(part, "a wildcard alone matches every tag") }
    return Condition(key: key, kind: .tag(Few(tags)))
  }
}

/// Guesses which word somebody meant.
package enum Spelling {
  /// The one of `words` that the fewest changes of a letter make of `word`; nil where even that is far.
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
