import Configuration
import NIOCore
import NIOSSL
import NIOTLS
import StrictParsers

/// What a listener proves to its clients who it is with, and what it offers them to speak.
struct ListenerTLS: Sendable {
  /// As ALPN calls it (RFC 9113, section 3.1).
  static let http2 = "h2"
  private static let http1 = "http/1.1"

  /// Where HTTP/2 is offered: to clients that ask for a host all of whose registries allow it.
  enum Offer: Hashable, Sendable {
    case always
    case never
    case hosts(Set<ExactString>)

    init(to registries: [RegistrySettings]) {
      let refusing = Set(registries.filter { $0.http2 == .refuse }.map(\.host))
      let allowing = Set(registries.map(\.host)).subtracting(refusing)
      self = refusing.isEmpty ? .always : allowing.isEmpty ? .never : .hosts(Set(allowing.compactMap { $0 }))
    }
  }

  private let withHTTP2: NIOSSLContext
  private let withoutHTTP2: NIOSSLContext
  private let offer: Offer
  /// Seconds since 1970 of the moment at which the first certificate of the chain expires.
  let notAfter: Int64

  init(_ files: ServerSettings.Certificate, serving registries: [RegistrySettings]) throws(PEMFile.Fault) {
    let chain = try PEMFile.chain(files.certificate)
    let key = try PEMFile.key(files.key)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = [Self.http1]
    let without = try? NIOSSLContext(configuration: configuration)
    configuration.applicationProtocols = [Self.http2, Self.http1]
    guard let without, let with = try? NIOSSLContext(configuration: configuration) else {
      throw PEMFile.Fault(words: "the key \(files.key) does not belong to the certificate \(files.certificate)")
    }
    (withHTTP2, withoutHTTP2) = (with, without)
    offer = Offer(to: registries)
    notAfter = chain.map { Int64($0.notValidAfter) }.min() ?? 0
  }

  /// What speaks TLS on a new connection; where the host decides, only once the client has named it.
  func handler(on channel: any Channel) -> any ChannelHandler {
    switch offer {
    case .always: NIOSSLServerHandler(context: withHTTP2)
    case .never: NIOSSLServerHandler(context: withoutHTTP2)
    case .hosts(let hosts):
      ByteToMessageHandler(
        SNIHandler { [withHTTP2, withoutHTTP2] named in
          let isOffered = if case .hostname(let name) = named { hosts.contains(ASCII.lowercased(ExactString(name))) } else { false }
          return channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            let reader = try pipeline.handler(type: ByteToMessageHandler<SNIHandler>.self)
            try pipeline.addHandler(NIOSSLServerHandler(context: isOffered ? withHTTP2 : withoutHTTP2), position: .after(reader))
          }
        })
    }
  }
}
