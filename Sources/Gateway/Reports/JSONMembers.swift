package import StrictParsers

/// The members of a JSON object, as they are added. A text that is nil is left out; a Bool that is nil is null.
package struct JSONMembers {
  fileprivate var members: [JSONObject.Member] = []

  package mutating func add(_ name: ExactString, _ value: JSONValue) { members.append(.init(name, value)) }

  package mutating func add(_ name: ExactString, _ text: String?) {
    if let text { add(name, .string(ExactString(text))) }
  }

  package mutating func add(_ name: ExactString, _ flag: Bool?) { add(name, flag.map { .bool($0) } ?? .null) }

  package mutating func add(_ name: ExactString, _ elements: [JSONValue]) { add(name, .array(elements)) }

  package mutating func add(_ name: ExactString, _ number: Int) { add(name, .integer(Int64(number))) }

  package mutating func add(_ name: ExactString, _ fill: (inout JSONMembers) -> Void) { add(name, .members(fill)) }
}

extension JSONObject {
  package init(_ fill: (inout JSONMembers) -> Void) {
    var members = JSONMembers()
    fill(&members)
    self.init(members.members)
  }
}

extension JSONValue {
  package static func members(_ fill: (inout JSONMembers) -> Void) -> JSONValue { .object(JSONObject(fill)) }
}
