/// A list that nearly always has one member, and needs no memory of its own then: a configuration may have a million publishers.
package enum Few<Element: Hashable & Sendable>: Hashable, Sendable {
  case one(Element)
  /// Never of one member, so that equal lists are equal.
  case others([Element])

  init(_ elements: [Element]) { self = elements.count == 1 ? .one(elements[0]) : .others(elements) }
}

extension Few: RandomAccessCollection {
  package var startIndex: Int { 0 }

  package var endIndex: Int {
    switch self {
    case .one: 1
    case .others(let elements): elements.count
    }
  }

  package subscript(position: Int) -> Element {
    switch self {
    case .one(let element): element
    case .others(let elements): elements[position]
    }
  }
}
