import StrictParsers

/// Any text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: count))
  let tags: Set<ExactString> = ["!ruby/object:Gem::Specification", "!ruby/object:Gem::Version", "!binary"]
  if let root = try? StrictYAML.parse(bytes, tags: tags, budget: WorkBudget { false }) {
    Accepted.keep(String(decoding: json(root).encoded(), as: UTF8.self), bytes)
  }
  return 0
}

/// A scalar as its text, or null if it is folded; a mapping as the list of its keys and values.
private func json(_ node: YAMLNode) -> JSONObject {
  JSONObject([.init("is", value(node))])
}

private func value(_ node: YAMLNode) -> JSONValue {
  switch node.content {
  case .scalar(let scalar): scalar.text.map { .string($0) } ?? .null
  case .sequence(let nodes): .array([.string("sequence")] + nodes.map(value))
  case .mapping(let mapping): .array([.string("mapping")] + mapping.entries.flatMap { [value($0.key), value($0.value)] })
  }
}
