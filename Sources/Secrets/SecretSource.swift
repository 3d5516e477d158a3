/// Where a secret is read from: a configuration never holds one itself.
package enum SecretSource: Hashable, Sendable {
  case file(String)
  case environment(String)
  /// A file in systemd's `$CREDENTIALS_DIRECTORY`.
  case systemd(String)

  private static let largest = 64 << 10

  /// Why a secret can't be had.
  package enum Fault: Error, Hashable, Sendable {
    case unreadable(String)
    case unset(String)
    case empty
    /// It holds control characters, which no field can carry.
    case malformed

    package var explanation: String {
      switch self {
      case .unreadable(let path): "\(path) can't be read"
      case .unset(let name): "the environment variable \(name) is not set"
      case .empty: "the secret is empty"
      case .malformed: "the secret holds control characters"
      }
    }
  }

  /// The file that holds it; `nil` if it is not in one.
  package func path(_ environment: [String: String]) -> String? {
    switch self {
    case .file(let path): path
    case .environment: nil
    case .systemd(let name): environment["CREDENTIALS_DIRECTORY"].map { "\($0)/\(name)" }
    }
  }

  /// Reads it. Blocks. One trailing newline is dropped.
  package func read(_ environment: [String: String]) throws(Fault) -> Secret {
    var bytes: [UInt8]
    switch self {
    case .environment(let name):
      guard let value = environment[name] else { throw .unset(name) }
      bytes = Array(value.utf8)
    case .systemd where environment["CREDENTIALS_DIRECTORY"] == nil: throw .unset("CREDENTIALS_DIRECTORY")
    case .file, .systemd:
      let path = path(environment) ?? ""
      guard let found = RegularFile.contents(of: path, upTo: Self.largest), found.count <= Self.largest else { throw .unreadable(path) }
      bytes = found
    }
    if bytes.last == UInt8(ascii: "\n") {
      bytes.removeLast()
      if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    }
    guard !bytes.isEmpty else { throw .empty }
    return Secret(bytes)
  }

  /// Reads one that a field of a request is to carry. Blocks.
  package func readFieldValue(_ environment: [String: String]) throws(Fault) -> Secret {
    let secret = try read(environment)
    // A line end would end the field that carries it, and begin another.
    guard secret.withBytes({ $0.allSatisfy { $0 >= 0x20 && $0 != 0x7F } }) else { throw .malformed }
    return secret
  }
}
