import Secrets
import StrictParsers
import TokenVerification

/// What only the machine that serves can tell, and the day. It is told by `check` alone: what comes and goes must not keep a configuration from being
/// loaded.
extension SettingsSchema {
  /// A secret of fewer characters is found by trying, and its echo can't be told from ordinary text.
  private static let shortestSecret = 12
  static let overWarning = "has passed: the publisher can publish nothing any more"

  private var isOnTheMachine: Bool {
    switch purpose {
    case .checking: true
    case .serving, .reviewing, .judging, .operating: false
    }
  }

  func isOver(_ expires: UnixTime?) -> Bool {
    guard let expires, let time = purpose.time else { return false }
    return expires <= time
  }

  /// - Parameter isNeeded: Whether nothing can be published without the folder.
  func checkFolder(_ path: String, _ node: SettingsNode, isNeeded: Bool = true) {
    guard isOnTheMachine else { return }
    switch reader.access(toFolder: path) {
    case .writable: break
    case .missing where isNeeded: node.error("there is no folder \(path)", .unreadable)
    case .missing: node.warn("there is no folder \(path)", .unreadable)
    // The gateway may run as another user.
    case .unwritable: node.warn("this user can't write to the folder \(path)", .unreadable)
    }
  }

  /// - Parameter path: Of a secret's file; `nil` if it is not in one.
  func checkReaders(of path: String?, _ node: SettingsNode?) {
    guard isOnTheMachine, let path, reader.isOpenToOthers(path) else { return }
    node?.warn("every user of this machine can read \(path): take that right away (chmod o=)")
  }

  func checkStrength(of secret: Secret, _ node: SettingsNode) {
    guard isOnTheMachine else { return }
    let (count, isASCII) = secret.withBytes { ($0.count, $0.allSatisfy { $0 < 0x80 }) }
    if count < Self.shortestSecret {
      node.warn("the secret has \(count) bytes: fewer than \(Self.shortestSecret) can be guessed, and stand in ordinary text")
    }
    if !isASCII { node.warn("the secret is not ASCII: registries differ in what they take its other characters for") }
  }

  /// - Parameter key: What is in the key's file; `nil` if it can't be read.
  func checkPair(_ certificate: String, _ node: SettingsNode?, key: [UInt8]?, _ keyNode: SettingsNode?) {
    guard case .checking(_, let faults) = purpose, let time = purpose.time, let bytes = reader.contents(of: certificate) else { return }
    for fault in faults(bytes, key, time) {
      switch fault {
      case .noCertificate: node?.error("\(certificate) holds no certificate in PEM")
      case .expired(let end): node?.error("the certificate \(certificate) has expired: it was valid until \(end)")
      case .early(let start): node?.error("the certificate \(certificate) is not valid before \(start)")
      case .noKey: keyNode?.error("it holds no private key in PEM")
      case .foreignKey: keyNode?.error("the key does not belong to the certificate \(certificate)")
      }
    }
  }
}

extension ServerSettings {
  /// Whether every address is listened on without TLS, and nothing says that it is in front.
  var isOpenlyPlain: Bool {
    ["0.0.0.0", "::"].contains(listen.host) && tls == nil && trustedProxies.isEmpty
      && !(publicOrigin?.utf8.starts(with: "https://".utf8) ?? false)
  }
}
