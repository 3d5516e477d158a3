package import PublisherPolicy
package import RegistryProtocols
package import StrictParsers

/// The head of a request to a registry, written by us from what was checked: nothing of the client's own head is copied but what is named here.
package struct UpstreamHead: Sendable {
  /// What would hide from a scan what an answer holds: its encoding, and all but a part of it.
  private static let hiding: Set<ExactString> = ["accept-encoding", "range", "if-range"]

  package private(set) var bytes: [UInt8]

  /// An upload's head, with the service credential under a Grant and with no other but the client's own otherwise.
  package init(
    publishing permit: UpstreamPermit, method: HTTPMethod, target: String, authority: String, of client: RequestHead,
    forwarding names: [ExactString], contentType: ArraySlice<UInt8>?,
    framing: BodyFraming, keepAlive: Bool, credential: ServiceCredential?
  ) {
    self.init(method: method, target: target, authority: authority)
    for name in names { copy(name, of: client) }
    if let contentType { add("content-type", contentType) }
    add("accept-encoding", "identity".utf8)
    switch framing {
    case .none: add("content-length", "0".utf8)
    case .length(let length): add("content-length", String(length).utf8)
    case .chunked, .untilClose: add("transfer-encoding", "chunked".utf8)
    }
    if !keepAlive { add("connection", "close".utf8) }
    switch permit {
    case .grant: credential?.append(to: &self)
    case .legacy(let pass): pass.append(to: &self)
    }
    endLine()
  }

  /// A question to the registry, with the service credential: only what the policy would grant if the answer is right is asked about.
  package init(asking inquiry: ProbePermit, _ method: HTTPMethod, _ target: String, authority: String, credential: ServiceCredential?) {
    self.init(asking: method, target, authority)
    credential?.append(to: &self)
    endLine()
  }

  /// The same with the client's own credential.
  package init(asking pass: PassthroughCredential, _ method: HTTPMethod, _ target: String, authority: String) {
    self.init(asking: method, target, authority)
    pass.append(to: &self)
    endLine()
  }

  private init(asking method: HTTPMethod, _ target: String, _ authority: String) {
    self.init(method: method, target: target, authority: authority)
    add("accept", "text/html, application/json;q=0.5, */*;q=0.1".utf8)
    add("accept-encoding", "identity".utf8)
    add("connection", "close".utf8)
  }

  /// A read's head, with the client's own credential if it has one that may leave.
  ///
  /// - Parameter asksForPlain: Whether the answer must be read, and so must not be compressed.
  package init(
    reading target: String, method: HTTPMethod, authority: String, of client: RequestHead, forwarding names: [ExactString],
    asksForPlain: Bool, passing own: PassthroughCredential?
  ) {
    self.init(method: method, target: target, authority: authority)
    for name in names where !asksForPlain || name != "accept-encoding" { copy(name, of: client) }
    if asksForPlain { add("accept-encoding", "identity".utf8) }
    own?.append(to: &self)
    add("connection", "close".utf8)
    endLine()
  }

  /// The same with the service credential: only what the policy lets a client be told before it uploads is read so. Its answer is scanned.
  package init(
    reading target: String, under permit: ReadPermit, method: HTTPMethod, authority: String, of client: RequestHead,
    forwarding names: [ExactString], credential: ServiceCredential?
  ) {
    self.init(method: method, target: target, authority: authority)
    for name in names where !Self.hiding.contains(name) { copy(name, of: client) }
    add("accept-encoding", "identity".utf8)
    add("connection", "close".utf8)
    credential?.append(to: &self)
    endLine()
  }

  /// A publish of nothing, by which the gateway and `check --online` learn whether the registry takes the operator's own credential.
  package init(probing target: String, _ probe: PublishProbe, authority: String, credential: ServiceCredential?) {
    self.init(method: probe.method, target: target, authority: authority)
    if let contentType = probe.contentType { add("content-type", contentType.utf8) }
    add("content-length", String(probe.body.count).utf8)
    add("connection", "close".utf8)
    credential?.append(to: &self)
    endLine()
  }

  /// A request for a token of the registry's own service.
  init(askingForTokenAt target: String, authority: String, credential: ServiceCredential) {
    self.init(method: .get, target: target, authority: authority)
    add("accept", "application/json".utf8)
    add("accept-encoding", "identity".utf8)
    add("connection", "close".utf8)
    credential.append(to: &self)
    endLine()
  }

  /// A read by nobody in particular, by which `check --online` learns whom the registry answers.
  package init(readingUnknown target: String, authority: String) {
    self.init(asking: .get, target, authority)
    endLine()
  }

  private init(method: HTTPMethod, target: String, authority: String) {
    bytes = Array("\(method.rawValue) \(target) HTTP/1.1\r\n".utf8)
    add("host", authority.utf8)
  }

  mutating func add(_ name: String, _ value: some Sequence<UInt8>) {
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(UInt8(ascii: " "))
    bytes.append(contentsOf: value)
    endLine()
  }

  /// A field that stands twice is left out: registries differ in which they would take.
  private mutating func copy(_ name: ExactString, of client: RequestHead) {
    if let value = try? client.fields.single(named: name) { add(name.text, value) }
  }

  private mutating func endLine() {
    bytes.append(UInt8(ascii: "\r"))
    bytes.append(UInt8(ascii: "\n"))
  }
}
