import StrictParsers

/// Where a registry is, as its answers may spell it: a client must not learn it.
struct UpstreamAddress: Sendable {
  /// What stands in its place.
  private static let standIn = Array("[registry]".utf8)
  private static let slashes = Array("//".utf8)

  private struct Name: Sendable {
    /// In lower case.
    let text: [UInt8]
    /// How much of it remains.
    let kept: Int
  }

  private let names: [Name]

  /// - Parameter publicHost: The host's name by which clients reach the gateway, which is no secret.
  init(of upstream: UpstreamSettings, publicHost: ExactString?) {
    let host = ASCII.lowercased(upstream.host.utf8)
    let written = upstream.host.contains(":") ? Array("[".utf8) + host + Array("]".utf8) : host
    let port = Array(":\(upstream.port)".utf8)
    var names = [Name(text: written + port, kept: 0), Name(text: Self.slashes + written + port, kept: 2)]
    if publicHost.map({ Array($0.utf8) != host }) ?? true {
      // A name without a dot may be an ordinary word: only in a URL is it an address.
      let isAddress = upstream.host.contains { $0 == "." || $0 == ":" }
      names.append(isAddress ? Name(text: host, kept: 0) : Name(text: Self.slashes + written, kept: 2))
    }
    if let socket = upstream.socket { names.append(Name(text: ASCII.lowercased(socket.utf8), kept: 0)) }
    self.names = names
  }

  func stands(in text: [UInt8]) -> Bool { without(text) != text }

  /// The text without the addresses in it; nil if one stands there in escapes, or if escapes are nested too deep to tell.
  func without(_ text: [UInt8]) -> [UInt8]? {
    let clean = removed(from: text)
    var isFound = false
    let isResolved = TextEscape.readings(of: clean) { reading in
      isFound = firstName(in: ASCII.lowercased(reading), from: 0) != nil
      return isFound
    }
    return isResolved && !isFound ? clean : nil
  }

  private func removed(from text: [UInt8]) -> [UInt8] {
    let lowercased = ASCII.lowercased(text)
    var clean: [UInt8] = []
    var rest = 0
    while let (place, name) = firstName(in: lowercased, from: rest) {
      clean += text[rest..<(place + name.kept)]
      clean += Self.standIn
      rest = place + name.text.count
    }
    return clean + text[rest...]
  }

  private func firstName(in text: [UInt8], from start: Int) -> (place: Int, name: Name)? {
    names.compactMap { name in place(of: name, in: text, from: start).map { ($0, name) } }
      .min { ($0.0, -$0.1.text.count) < ($1.0, -$1.1.text.count) }
  }

  /// Where a name stands that is not the end or the beginning of a longer one.
  private func place(of name: Name, in text: [UInt8], from start: Int) -> Int? {
    var start = start
    while let place = text.place(of: name.text, from: start) {
      let end = place + name.text.count
      let isBegun = place > 0 && Self.isOfName(name.text[0]) && Self.isOfName(text[place - 1])
      let next = text[end...].prefix(2)
      let goesOn =
        next.first.map { Self.isOfName($0) && ($0 != UInt8(ascii: ".") || next.last.map(ASCII.isAlphanumeric) ?? false) } ?? false
      if !isBegun && !goesOn { return place }
      start = place + 1
    }
    return nil
  }

  private static func isOfName(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || "-._".utf8.contains(byte) }
}
