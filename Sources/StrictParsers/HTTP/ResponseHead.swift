/// A registry's answer up to its body.
///
/// Only `ResponseHeadParser` makes one.
package struct ResponseHead: Sendable {
  package let version: HTTPVersion
  /// 100...599. An interim answer, below 200, has no body and is followed by another answer to the same request.
  package let status: Int
  /// As it came, perhaps empty: visible ASCII, spaces, tabs and bytes above 0x7F.
  package let reason: ArraySlice<UInt8>
  package let fields: HeaderFields
  package let framing: BodyFraming
  /// Whether the connection may carry another request once the body was read exactly. False for an interim answer, which decides nothing.
  package let mayBeReused: Bool

  package var isInterim: Bool { status < 200 }

  /// The same answer with the status that its body gives it, and without a reason.
  package func counting(as status: Int) -> ResponseHead {
    ResponseHead(version: version, status: status, reason: [], fields: fields, framing: framing, mayBeReused: mayBeReused)
  }
}
