import Configuration
import NIOCore
import StrictParsers

extension ServerSettings {
  /// Whose IP address a request came from, for the record: the peer's, or the last that a trusted proxy names and does not trust itself.
  func clientAddress(of head: RequestHead, from peer: String?) -> String? {
    guard let address = peer, trustedProxies.contains(where: { $0.contains(address) }) else { return peer }
    let named = head.fields.values(named: "x-forwarded-for").joined(separator: [UInt8(ascii: ",")])
      .split(separator: UInt8(ascii: ",")).map { String(decoding: $0, as: UTF8.self).filter { $0 != " " && $0 != "\t" } }
    let untrusted = named.last { address in !trustedProxies.contains { $0.contains(address) } }
    return untrusted.flatMap { (try? SocketAddress(ipAddress: $0, port: 0))?.ipAddress } ?? address
  }
}
