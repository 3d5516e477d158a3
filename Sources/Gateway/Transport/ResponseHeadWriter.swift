import NIOCore
import Observability

/// The head of an answer to a client, written field by field.
struct ResponseHeadWriter {
  private(set) var bytes: [UInt8]

  /// What of the reason is not visible ASCII is replaced.
  init(status: Int, reason: some Sequence<UInt8>) {
    bytes = Array("HTTP/1.1 \(status) ".utf8)
    bytes.append(contentsOf: reason.lazy.map { (0x20...0x7e).contains($0) ? $0 : UInt8(ascii: "?") })
    endLine()
  }

  /// `name` and `value` are ours, or were read by the strict parser of the registry's answers: neither holds a line end.
  mutating func add(_ name: String, _ value: some Sequence<UInt8>) {
    bytes.append(contentsOf: name.utf8)
    bytes.append(UInt8(ascii: ":"))
    bytes.append(UInt8(ascii: " "))
    bytes.append(contentsOf: value)
    endLine()
  }

  mutating func finish(requestID: RequestID? = nil, closing: Bool) {
    if let requestID { add("x-request-id", requestID.description.utf8) }
    if closing { add("connection", "close".utf8) }
    endLine()
  }

  private mutating func endLine() {
    bytes.append(UInt8(ascii: "\r"))
    bytes.append(UInt8(ascii: "\n"))
  }
}
