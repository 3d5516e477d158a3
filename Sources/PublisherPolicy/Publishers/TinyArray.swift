/// A list that nearly always has one member, and needs no memory of its own then: a configuration may have a million publishers.
package enum TinyArray<Element: Hashable & Sendable>: Hashable, Sendable {
  case one(Element)
  /// Never of one member, so that equal lists are equal.
  case others([Element])

  package init(_ elements: [Element]) { self = elements.count == 1 ? .one(elements[0]) : .others(elements) }

  /// Each of other elements, made into one of these.
  init<Other>(_ others: TinyArray<Other>, _ element: (Other) -> Element) {
    switch others {
    case .one(let other): self = .one(element(other))
    case .others(let others): self = .others(others.map(element))
    }
  }
}

extension TinyArray: RandomAccessCollection {
  package var startIndex: Int { 0 }

  package var endIndex: Int {
    switch self {
    case .one: 1
    case .others(let elements): elements.count
    }
  }

  package var count: Int { endIndex }

  package func index(after position: Int) -> Int { position + 1 }

  package func index(before position: Int) -> Int { position - 1 }

  package subscript(position: Int) -> Element {
    switch self {
    case .one(let element): element
    case .others(let elements): elements[position]
    }
  }
}
