package import StrictParsers

/// Ids of a token's repository and its owner that nobody else will ever have: what a publisher learns at its first successful publish.
package struct ImmutableIDs: Hashable, Sendable {
  package struct ID: Hashable, Sendable {
    /// The claim's name.
    package let name: ExactString
    package let value: ExactString

    package init(_ name: ExactString, _ value: ExactString) {
      self.name = name
      self.value = value
    }
  }

  /// Sorted by name, so that the same ids are the same bytes.
  package let ids: [ID]

  package init(_ ids: [ID]) { self.ids = ids.sorted { $0.name < $1.name } }

  /// Whether both say another value of one id.
  func disagree(with others: ImmutableIDs) -> Bool {
    ids.contains { id in others.ids.contains { $0.name == id.name && $0.value != id.value } }
  }

  /// As JSON, for the store to keep.
  package func encoded() -> [UInt8] { JSONObject(ids.map { .init($0.name, .string($0.value)) }).encoded() }

  /// `nil` if the bytes are not what `encoded` writes.
  package init?(decoding bytes: [UInt8]) {
    guard let object = try? StrictJSON.parseObject(bytes) else { return nil }
    var ids: [ID] = []
    for member in object.members {
      guard let value = member.value.string else { return nil }
      ids.append(ID(member.name, value))
    }
    self.init(ids)
  }

  /// For people.
  package var words: String { ids.map { "\($0.name) \(Printable.value($0.value))" }.joined(separator: ", ") }
}
