/// One value of a JSON text (RFC 8259), as `StrictJSON` read it.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  /// Written without fraction and exponent, within `Int64`, and not `-0`.
  case integer(Int64)
  /// Any other number, as it was written.
  case number(ExactString)
  case string(ExactString)
  case array([JSONValue])
  case object(JSONObject)

  @inlinable package var string: ExactString? {
    guard case .string(let string) = self else { return nil }
    return string
  }

  @inlinable package var integer: Int64? {
    guard case .integer(let integer) = self else { return nil }
    return integer
  }

  @inlinable package var object: JSONObject? {
    guard case .object(let object) = self else { return nil }
    return object
  }

  @inlinable package var array: [JSONValue]? {
    guard case .array(let array) = self else { return nil }
    return array
  }
}

/// The members of a JSON object in their order; no name stands twice.
package struct JSONObject: Hashable, Sendable {
  package struct Member: Hashable, Sendable {
    package let name: ExactString
    package let value: JSONValue

    package init(_ name: ExactString, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  package let members: [Member]

  /// The caller vouches that no name stands twice.
  package init(_ members: [Member]) { self.members = members }

  /// `nil` if a name stands twice.
  package init?(checking members: [Member]) {
    guard Set(members.map(\.name)).count == members.count else { return nil }
    self.members = members
  }

  package subscript(_ name: ExactString) -> JSONValue? {
    let members = members.span
    for number in members.indices where members[number].name == name { return members[number].value }
    return nil
  }
}
