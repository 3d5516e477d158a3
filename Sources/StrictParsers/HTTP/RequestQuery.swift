/// The parameters of a query, where a decision depends on them. A query that is only passed on need not be read.
///
/// Ampersands separate, a semicolon never does, and a plus sign is refused: form decoders take it for a space and others don't.
package struct RequestQuery: Sendable {
  package struct Parameter: Hashable, Sendable {
    package let name: ExactString
    /// `nil` if no equals sign follows the name.
    package let value: ExactString?
  }

  /// In their order, repeated ones too.
  package let parameters: [Parameter]

  /// Reads a target's query; none has no parameters.
  package init(_ bytes: ArraySlice<UInt8>?) throws(RequestPathRefusal) {
    var parameters: [Parameter] = []
    if let bytes, !bytes.isEmpty {
      for part in bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
        let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
        guard equals > part.startIndex else { throw .emptyParameter }
        let name = try PercentEncoding.queryText(part[..<equals])
        let value = equals < part.endIndex ? try PercentEncoding.queryText(part[(equals + 1)...]) : nil
        parameters.append(Parameter(name: name, value: value))
      }
    }
    self.parameters = parameters
  }

  /// The only parameter of a name; `nil` if there is none. A repeated one is refused.
  package func single(named name: ExactString) throws(RequestPathRefusal) -> Parameter? {
    let found = parameters.filter { $0.name == name }
    guard found.count < 2 else { throw .repeatedParameter }
    return found.first
  }
}
