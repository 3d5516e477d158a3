/// TOML as its versions 1.0 and 1.1 define it and no wider: UTF-8, no repeated keys or tables (compared as bytes after unescaping), integers of 64 bits,
/// bounded depth. Where 1.0 and 1.1 differ, 1.0 has no meaning.
///
/// A byte order mark at the beginning is passed over, as the readers of Rust do.
package struct TOMLDocument: Sendable {
  package struct Limits: Hashable, Sendable {
    /// How many tables and arrays may be open at once, and segments stand in one key.
    package var depth: Int
    /// How many keys and values there may be, since one of them takes far more memory than the bytes that write it.
    package var values: Int

    package init(depth: Int = 64, values: Int = 1 << 18) {
      self.depth = depth
      self.values = values
    }
  }

  private let tree: TOMLTree

  /// The caller has bounded the number of bytes.
  /// - Parameter budget: asked at short intervals.
  package init(parsing bytes: [UInt8], limits: Limits = Limits(), budget: WorkBudget) throws(TOMLError) {
    var reader = TOMLReader(limits: limits, budget: budget)
    tree = try reader.document(bytes.span)
  }

  /// The value under a dotted key; `nil` if there is none. Nothing is found below an array.
  package subscript(_ path: ExactString...) -> TOMLValue? { tree.value(at: path) }

  /// The keys of the table at a path, in no order; none if there is no table.
  package func keys(of path: [ExactString]) -> [ExactString] { tree.keys(at: path) }
}
