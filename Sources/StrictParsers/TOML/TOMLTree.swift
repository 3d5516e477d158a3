/// The tables of a TOML document, and how each came to be: that decides what may still be added to it.
///
/// Tables are numbers, so that each key takes one step, however deep its table lies.
struct TOMLTree: Sendable {
  typealias Table = Int

  private enum Node: Sendable {
    case value(TOMLValue)
    /// Named by a header only as part of another's name: its own header may follow.
    case implicit(Table)
    /// A header's own, or an inline table: nothing but its own lines adds keys to it.
    case defined(Table)
    /// Made by a dotted key. Headers may add tables to it, and other dotted keys of the same lines may add keys.
    case dotted(Table)
    /// An inline table that was read to its end.
    case closed(Table)
    /// Made by headers in double brackets: the last one of its tables.
    case tables(Table)
  }

  private struct Place: Hashable {
    let table: Table
    let key: ExactString
  }

  static let root: Table = 0

  private var nodes: [Place: Node] = [:]
  private var tableCount = 1

  // MARK: - Reading

  func value(at path: [ExactString]) -> TOMLValue? {
    guard let key = path.last, let table = table(at: path.dropLast()), let node = nodes[Place(table: table, key: key)] else { return nil }
    switch node {
    case .value(let value): return value
    case .implicit, .defined, .dotted, .closed: return .table
    case .tables: return .array
    }
  }

  func keys(at path: [ExactString]) -> [ExactString] {
    guard let table = table(at: path[...]) else { return [] }
    return nodes.keys.filter { $0.table == table }.map(\.key)
  }

  private func table(at path: ArraySlice<ExactString>) -> Table? {
    var table = Self.root
    for key in path {
      switch nodes[Place(table: table, key: key)] {
      case .implicit(let next), .defined(let next), .dotted(let next), .closed(let next): table = next
      case .value, .tables, nil: return nil
      }
    }
    return table
  }

  // MARK: - Writing

  /// A table that no key leads to: one within an array.
  mutating func makeTable() -> Table {
    defer { tableCount += 1 }
    return tableCount
  }

  /// The table of a header. - Returns: `nil` if it stands there already, or is something else.
  mutating func open(_ path: [ExactString], isArray: Bool) -> Result<Table, Refusal> {
    guard let last = path.last else { return .failure(.notATable) }
    var table = Self.root
    for key in path.dropLast() {
      let place = Place(table: table, key: key)
      switch nodes[place] {
      case .implicit(let next), .defined(let next), .dotted(let next), .tables(let next): table = next
      case .value, .closed: return .failure(.notATable)
      case nil:
        table = makeTable()
        nodes[place] = .implicit(table)
      }
    }
    let place = Place(table: table, key: last)
    switch (nodes[place], isArray) {
    case (nil, false):
      let new = makeTable()
      nodes[place] = .defined(new)
      return .success(new)
    case (nil, true), (.tables, true):
      let new = makeTable()
      nodes[place] = .tables(new)
      return .success(new)
    case (.implicit(let table), false):
      nodes[place] = .defined(table)
      return .success(table)
    case (.value, _), (.implicit, true), (.defined, _), (.dotted, _), (.closed, _), (.tables, false): return .failure(.repeatedKey)
    }
  }

  /// The table that the key of a line belongs to, below the one that the line stands in.
  mutating func descend(_ path: ArraySlice<ExactString>, from table: Table) -> Result<Table, Refusal> {
    var table = table
    for key in path {
      let place = Place(table: table, key: key)
      switch nodes[place] {
      case .dotted(let next): table = next
      case .value: return .failure(.notATable)
      case .implicit, .defined, .closed, .tables: return .failure(.repeatedKey)
      case nil:
        table = makeTable()
        nodes[place] = .dotted(table)
      }
    }
    return .success(table)
  }

  /// Whether the table has such a key already.
  func has(_ key: ExactString, in table: Table) -> Bool { nodes[Place(table: table, key: key)] != nil }

  mutating func set(_ key: ExactString, in table: Table, to content: Content) {
    switch content {
    case .value(let value): nodes[Place(table: table, key: key)] = .value(value)
    case .inlineTable(let content): nodes[Place(table: table, key: key)] = .closed(content)
    }
  }

  /// What stands behind a key.
  enum Content {
    case value(TOMLValue)
    case inlineTable(Table)
  }

  enum Refusal: Error {
    case repeatedKey
    case notATable
  }
}
