/// What tells the head of a request from the head of an answer.
protocol HTTPHeadGrammar: Sendable {
  associatedtype Head: Sendable
  static var tolerance: HTTPFieldScanner.Tolerance { get }
  /// Reads on over all bytes of the head so far; true when the index stands behind the first line.
  mutating func readFirstLine(_ bytes: Span<UInt8>, at index: inout Int, limit: Int) throws(HTTPRefusal) -> Bool
  /// Hears of each field that matters to the grammar, in order. A tab behind the value still stands there: not every reader takes it for white space.
  mutating func judge(_ field: HTTPJudgedField, _ value: Span<UInt8>) throws(HTTPRefusal)
  /// Draws the conclusions when the empty line was read.
  func head(_ bytes: consuming [UInt8], _ lines: [HeaderFields.Line]) throws(HTTPRefusal) -> Head
}

/// Reads heads from the bytes of a connection, in pieces of any size: it keeps the bytes, and reads each of them once.
struct HTTPHeadReader<Grammar: HTTPHeadGrammar>: Sendable {
  /// What is copied at once, lest a head that comes together with its body takes the body into its memory too.
  private static var portion: Int { 4096 }

  private let limits: HTTPHeadLimits
  private let fresh: Grammar
  private var bytes: [UInt8] = []
  private var scan: HTTPHeadScan<Grammar>
  private var refusal: HTTPRefusal?

  init(_ grammar: Grammar, limits: HTTPHeadLimits) {
    self.limits = limits
    fresh = grammar
    scan = HTTPHeadScan(grammar)
  }

  var isInsideHead: Bool { !bytes.isEmpty }

  mutating func feed(_ chunk: Span<UInt8>) throws(HTTPRefusal) -> HTTPHeadProgress<Grammar.Head> {
    if let refusal { throw refusal }
    // Out of `self` meanwhile: a span over a property would keep all of `self` from being changed.
    var head: [UInt8] = []
    swap(&head, &bytes)
    do throws(HTTPRefusal) {
      var taken = 0
      while taken < chunk.count {
        let size = min(chunk.count - taken, Self.portion, limits.bytes - head.count)
        guard size > 0 else { throw .headTooLarge }
        head.append(copying: chunk.extracting(taken..<(taken + size)))
        taken += size
        if try scan.advance(over: head.span, limits) {
          let surplus = head.count - scan.position
          head.removeLast(surplus)
          let finished = try scan.grammar.head(head, scan.lines)
          scan = HTTPHeadScan(fresh)
          return .head(finished, consumed: taken - surplus)
        }
      }
    } catch {
      refusal = error
      throw error
    }
    bytes = head
    return .needMore
  }
}

/// Where the reading of one head stands.
private struct HTTPHeadScan<Grammar: HTTPHeadGrammar>: Sendable {
  private(set) var grammar: Grammar
  private(set) var lines: [HeaderFields.Line] = []
  private(set) var position = 0
  private var hasFirstLine = false
  private var scanner = HTTPFieldScanner(tolerating: Grammar.tolerance)

  init(_ grammar: Grammar) { self.grammar = grammar }

  /// Reads what was not read yet of all bytes of the head so far, and stops behind the empty line, which makes it true.
  mutating func advance(over bytes: Span<UInt8>, _ limits: HTTPHeadLimits) throws(HTTPRefusal) -> Bool {
    if !hasFirstLine {
      hasFirstLine = try grammar.readFirstLine(bytes, at: &position, limit: limits.firstLineBytes)
      guard hasFirstLine else { return false }
      lines.reserveCapacity(16)
    }
    while true {
      switch try scanner.next(in: bytes, at: &position) {
      case .needMore: return false
      case .end: return true
      case .field(let line):
        guard lines.count < limits.fields else { throw .tooManyFields }
        let value = bytes.trimmed(line.value)
        lines.append(HeaderFields.Line(name: line.name, value: value))
        guard let field = HTTPJudgedField(bytes.extracting(line.name)) else { continue }
        var end = line.value.upperBound
        while end > value.upperBound, bytes[end - 1] == UInt8(ascii: " ") { end -= 1 }
        try grammar.judge(field, bytes.extracting(value.lowerBound..<end))
      }
    }
  }
}
