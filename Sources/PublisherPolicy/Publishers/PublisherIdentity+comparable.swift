package import StrictParsers

extension PublisherIdentity {
  /// Every claim that a condition can compare, under the name that conditions use, sorted. The token's id and its issuer are not among them.
  package var comparable: JSONObject {
    let kept = claims.members.filter { $0.name != "jti" && $0.name != "aud" }
    return JSONObject((kept + [.init("aud", .string(audience))]).sortedByName())
  }
}

extension [JSONObject.Member] {
  /// By the bytes of the names. Their first bytes are compared as numbers, which decides nearly always.
  fileprivate func sortedByName() -> Self {
    let order = indices.map { (key: self[$0].name.prefixKey, index: $0) }.sorted { left, right in
      left.key == right.key ? self[left.index].name < self[right.index].name : left.key < right.key
    }
    return order.map { self[$0.index] }
  }
}

extension ExactString {
  /// The first 16 bytes as a number, the missing ones as 0: of two texts whose numbers differ, the one with the smaller number comes first.
  fileprivate var prefixKey: UInt128 {
    let bytes = text.utf8Span.span
    var (first, second): (UInt64, UInt64) = (0, 0)
    for place in 0..<8 {
      first = first << 8 | (place < bytes.count ? UInt64(bytes[place]) : 0)
      second = second << 8 | (place + 8 < bytes.count ? UInt64(bytes[place + 8]) : 0)
    }
    return UInt128(first) << 64 | UInt128(second)
  }
}
