/// Reads one document. It keeps what is open in a list, so that nothing is nested in its own calls.
struct XMLReader {
  /// Pieces of markup between two questions to the budget.
  private static let piecesBetweenQuestions = 256

  let bytes: [UInt8]
  let limits: StrictXML.Limits
  private let budget: WorkBudget
  var position = 0
  private var pieces = 0
  private var elements = 0
  private var root: XMLElement?
  private var open: [Open] = []

  struct Open {
    var element: XMLElement
    /// With its prefix.
    let name: ArraySlice<UInt8>
    let scope: XMLNamespaces
  }

  init(_ bytes: [UInt8], limits: StrictXML.Limits, budget: WorkBudget) {
    self.bytes = bytes
    self.limits = limits
    self.budget = budget
  }

  mutating func document() throws(XMLError) -> XMLElement {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    try checkCharacters()
    try readDeclaration()
    while position < bytes.count {
      try askBudget()
      if bytes[position] == UInt8(ascii: "<") { try readMarkup() } else { try readText() }
    }
    guard let root, open.isEmpty else { throw XMLError(.unexpectedEnd, at: position) }
    return root
  }

  private mutating func askBudget() throws(XMLError) {
    pieces += 1
    guard pieces % Self.piecesBetweenQuestions != 0 || !budget.isSpent else { throw XMLError(.budgetSpent, at: position) }
  }

  // MARK: - Markup

  private mutating func readMarkup() throws(XMLError) {
    if isAt("</") { return try readEnd() }
    if isAt("<!--") { return try readComment() }
    if isAt("<![CDATA[") { return try readCharacterData() }
    if isAt("<!") { throw XMLError(.documentType, at: position) }
    if isAt("<?") { return try readProcessingInstruction() }
    try readStart()
  }

  private mutating func readStart() throws(XMLError) {
    let start = position
    guard root == nil || !open.isEmpty else { throw XMLError(.secondRoot, at: start) }
    guard open.count < limits.depth else { throw XMLError(.tooDeep, at: start) }
    elements += 1
    guard elements <= limits.elements else { throw XMLError(.tooMany, at: start) }
    position += 1
    let name = try readName()
    let written = try readAttributes()
    var scope = open.last?.scope ?? XMLNamespaces()
    for attribute in written { try scope.declare(attribute, limit: limits.namespaces) }
    let (prefix, local) = try XMLNamespaces.split(name, at: start + 1)
    guard let namespace = scope.namespace(ofElement: prefix) else { throw XMLError(.undeclaredPrefix, at: start + 1) }
    let element = XMLElement(prefix: prefix, name: local, namespace: namespace, attributes: try scope.attributes(written))
    let isEmpty = isAt("/>")
    position += isEmpty ? 2 : 1
    open.append(Open(element: element, name: name, scope: scope))
    if isEmpty { close() }
  }

  /// Up to the `>` or `/>` of the tag.
  private mutating func readAttributes() throws(XMLError) -> [XMLNamespaces.Written] {
    var attributes: [XMLNamespaces.Written] = []
    while true {
      let hasSpace = skipSpace()
      if isAt(">") || isAt("/>") { return attributes }
      guard hasSpace else { throw position < bytes.count ? unexpected : XMLError(.unexpectedEnd, at: position) }
      guard attributes.count < limits.attributes else { throw XMLError(.tooMany, at: position) }
      let place = position
      let name = try readName()
      guard !attributes.contains(where: { $0.name == name }) else { throw XMLError(.repeatedAttribute, at: place) }
      skipSpace()
      try expect("=")
      skipSpace()
      attributes.append(.init(name: name, value: try readValue(), place: place))
    }
  }

  /// What stands between quotation marks; `nil` if it is written otherwise than it is read.
  private mutating func readValue() throws(XMLError) -> ExactString? {
    guard let quote = next, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { throw unexpected }
    position += 1
    let start = position
    var isPlain = true
    while let byte = next, byte != quote {
      switch byte {
      case UInt8(ascii: "<"): throw unexpected
      case UInt8(ascii: "&"):
        try readReference()
        isPlain = false
      default:
        if byte < 0x20 { isPlain = false }
        position += 1
      }
    }
    guard next == quote else { throw XMLError(.unexpectedEnd, at: position) }
    position += 1
    return isPlain ? ExactString(utf8: bytes[start..<(position - 1)]) : nil
  }

  private mutating func readEnd() throws(XMLError) {
    let start = position
    position += 2
    let name = try readName()
    skipSpace()
    try expect(">")
    guard let last = open.last, last.name == name else { throw XMLError(.mismatchedEnd, at: start) }
    close()
  }

  private mutating func close() {
    guard let closed = open.popLast() else { return }
    if open.isEmpty { root = closed.element } else { open[open.count - 1].element.add(closed.element) }
  }

  private mutating func readComment() throws(XMLError) {
    position += 4
    guard let hyphens = place(of: "--") else { throw XMLError(.unexpectedEnd, at: bytes.count) }
    position = hyphens + 2
    try expect(">")
    if !open.isEmpty { open[open.count - 1].element.add(text: nil) }
  }

  /// Section 2.6.
  private mutating func readProcessingInstruction() throws(XMLError) {
    let start = position
    position += 2
    let target = try readName()
    guard !ASCII.equalIgnoringCase(target, "xml".utf8) else { throw XMLError(.misplacedDeclaration, at: start) }
    guard isAt("?>") || skipSpace() else { throw unexpected }
    guard let end = place(of: "?>") else { throw XMLError(.unexpectedEnd, at: bytes.count) }
    position = end + 2
    if !open.isEmpty { open[open.count - 1].element.add(text: nil) }
  }

  // MARK: - Text

  private mutating func readCharacterData() throws(XMLError) {
    guard !open.isEmpty else { throw XMLError(.secondRoot, at: position) }
    position += 9
    guard let end = place(of: "]]>") else { throw XMLError(.unexpectedEnd, at: bytes.count) }
    position = end + 3
    open[open.count - 1].element.add(text: nil)
  }

  private mutating func readText() throws(XMLError) {
    let start = position
    var isPlain = true
    while let byte = next, byte != UInt8(ascii: "<") {
      guard !open.isEmpty || XMLCharacters.isSpace(byte) else { throw XMLError(.secondRoot, at: position) }
      switch byte {
      case UInt8(ascii: "&"):
        try readReference()
        isPlain = false
      case UInt8(ascii: "]") where isAt("]]>"): throw unexpected
      case 0x0D:
        isPlain = false
        position += 1
      default: position += 1
      }
    }
    guard !open.isEmpty else { return }
    open[open.count - 1].element.add(text: isPlain ? ExactString(utf8: bytes[start..<position]) : nil)
  }
}
