import StrictParsers

/// Any text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  if let root = try? StrictXML.parse(bytes, budget: WorkBudget { false }) {
    Accepted.keep(String(decoding: JSONObject([.init("is", value(root))]).encoded(), as: UTF8.self), bytes)
  }
  return 0
}

/// The name with its namespace, the attributes without a prefix, the text, or null if it was not read, and the children.
private func value(_ element: XMLElement) -> JSONValue {
  let name = element.namespace.isEmpty ? element.name : ExactString("\(element.namespace) \(element.name)")
  let attributes = element.attributes.filter { !$0.name.text.contains(":") }.flatMap { attribute in
    [JSONValue.string(attribute.name), attribute.value.map { .string($0) } ?? .null]
  }
  return .array(
    [.string(name), .array(attributes), element.text.map { .string($0) } ?? .null] + element.children.map(value))
}
