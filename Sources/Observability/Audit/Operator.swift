import Glibc

/// Who runs a command that changes something, and where.
package struct Operator: Hashable, Sendable {
  /// The user's name; for root by sudo `root (sudo from NAME)`; `uid NUMBER` for a user without a name.
  package let user: String
  /// As the host calls itself.
  package let host: String

  package init(user: String, host: String) {
    self.user = user
    self.host = host
  }

  /// The user of this process.
  ///
  /// - Parameter environment: What sudo says there is believed of root alone, since everybody can set it.
  package static func current(_ environment: [String: String]) -> Operator {
    let id = getuid()
    let user = name(of: id) ?? "uid \(id)"
    guard id == 0, let caller = environment["SUDO_USER"], isUser(caller), caller != user else {
      return Operator(user: user, host: hostName)
    }
    return Operator(user: "\(user) (sudo from \(caller))", host: hostName)
  }

  private static func name(of id: uid_t) -> String? {
    guard let entry = unsafe getpwuid(id), let name = unsafe entry.pointee.pw_name else { return nil }
    return unsafe String(cString: name)
  }

  private static func isUser(_ name: String) -> Bool { unsafe getpwnam(name) != nil }

  private static var hostName: String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard unsafe gethostname(&bytes, bytes.count - 1) == 0 else { return "" }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
