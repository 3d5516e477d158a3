import Configuration
import StrictParsers

/// The proxy through which the Internet is reached, by the environment's conventions (curl's manual, "ENVIRONMENT").
///
/// We decide and tell libcurl, instead of leaving it to read the environment: whether a proxy is used decides whether the address
/// that is connected to must be the issuer's own, so both must never differ.
struct ProxyRules: Hashable, Sendable {
  private let proxy: String?
  private let exceptions: [ExactString]

  /// `https_proxy`, `HTTPS_PROXY`, `all_proxy`, `ALL_PROXY`; `no_proxy`, `NO_PROXY`: the first that is there, unless it is empty.
  init(environment: [String: String]) {
    func first(_ names: String...) -> String? { names.lazy.compactMap { environment[$0] }.first.flatMap { $0.isEmpty ? nil : $0 } }
    proxy = first("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    exceptions = (first("no_proxy", "NO_PROXY") ?? "").utf8
      .split { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: " ") }
      .compactMap { ExactString(utf8: ASCII.lowercased($0)) }
  }

  static let none = ProxyRules(environment: [:])

  /// The proxy for this origin; `nil` if it is reached directly, as `http`, which is for loopback only, always is.
  func proxy(for origin: KeyURL.Origin) -> String? {
    guard origin.scheme == .https, !exceptions.contains(where: { Self.matches($0, origin.host) }) else { return nil }
    return proxy
  }

  /// `*`, or the host itself, or a domain that it is in; a leading dot changes nothing.
  private static func matches(_ exception: ExactString, _ host: ExactString) -> Bool {
    guard exception != "*" else { return true }
    let bracketed = host.utf8.first == UInt8(ascii: "[")
    let name = bracketed ? Array(host.utf8.dropFirst().dropLast()) : Array(host.utf8)
    let domain = exception.utf8.first == UInt8(ascii: ".") ? Array(exception.utf8.dropFirst()) : Array(exception.utf8)
    guard !domain.isEmpty, name.count >= domain.count, name.suffix(domain.count).elementsEqual(domain) else { return false }
    return name.count == domain.count || name[name.count - domain.count - 1] == UInt8(ascii: ".")
  }
}
