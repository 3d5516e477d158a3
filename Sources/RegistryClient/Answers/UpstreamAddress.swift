package import StrictParsers

/// Where a registry is, as its answers may spell it: a client must not learn it.
package struct UpstreamAddress: Sendable {
  /// What stands in its place.
  private static let standIn = Array("[registry]".utf8)
  private static let slashes = Array("//".utf8)

  private struct Name: Sendable {
    /// In lower case.
    let text: [UInt8]
    /// How much of it remains.
    let kept: Int

    /// Whether its first two bytes stand there, in either case.
    func hasBeginning(in bytes: Span<UInt8>, at place: Int) -> Bool {
      guard text.count > 1 else { return true }
      return place + 1 < bytes.count && ASCII.lowercased(bytes[place + 1]) == text[1]
    }
  }

  /// The longest first.
  private let names: [Name]
  /// Whether a name begins with this byte.
  private let firstBytes: [Bool]

  /// - Parameters:
  ///   - host: Its name or its address.
  ///   - socket: The path of its socket; `nil` if it is reached by the network.
  ///   - publicHost: The host's name by which clients reach the gateway, which is no secret.
  package init(host name: String, port number: Int, socket: String?, publicHost: ExactString?) {
    let host = ASCII.lowercased(name.utf8)
    let written = name.contains(":") ? Array("[".utf8) + host + Array("]".utf8) : host
    let port = Array(":\(number)".utf8)
    var names = [Name(text: written + port, kept: 0), Name(text: Self.slashes + written + port, kept: 2)]
    if publicHost.map({ Array($0.utf8) != host }) ?? true {
      // A name without a dot may be an ordinary word: only in a URL is it an address.
      let isAddress = name.contains { $0 == "." || $0 == ":" }
      names.append(isAddress ? Name(text: host, kept: 0) : Name(text: Self.slashes + written, kept: 2))
    }
    if let socket { names.append(Name(text: ASCII.lowercased(socket.utf8), kept: 0)) }
    self.names = names.sorted { $0.text.count > $1.text.count }
    firstBytes = (0...UInt8.max).map { byte in names.contains { $0.text.first == byte } }
  }

  /// The text without the addresses in it; `nil` if one stands there in escapes, or if escapes are nested too deep to tell.
  package func without(_ text: [UInt8]) -> [UInt8]? {
    // Escapes only make a text longer.
    guard let shortest = names.last, text.count >= shortest.text.count, mayHold(text.span) else { return text }
    let clean = removed(from: text)
    var isFound = false
    let isResolved = TextEscape.readings(of: clean) { reading in
      let lowercased = ASCII.lowercased(reading)
      isFound = lowercased.indices.contains { name(in: lowercased, at: $0) != nil }
      return isFound
    }
    return isResolved && !isFound ? clean : nil
  }

  /// Whether an escape or the beginning of an address stands in the text. Most have neither.
  private func mayHold(_ text: Span<UInt8>) -> Bool {
    for place in text.indices {
      let byte = ASCII.lowercased(text[place])
      if TextEscape.isMark(byte) { return true }
      guard firstBytes[Int(byte)] else { continue }
      if names.contains(where: { $0.text[0] == byte && $0.hasBeginning(in: text, at: place) }) { return true }
    }
    return false
  }

  private func removed(from text: [UInt8]) -> [UInt8] {
    let lowercased = ASCII.lowercased(text)
    var clean: [UInt8] = []
    clean.reserveCapacity(text.count)
    var place = 0
    while place < text.count {
      if let name = name(in: lowercased, at: place) {
        clean += text[place..<(place + name.kept)]
        clean += Self.standIn
        place += name.text.count
      } else {
        clean.append(text[place])
        place += 1
      }
    }
    return clean
  }

  /// The name that stands there and is not the end or the beginning of a longer one.
  private func name(in text: [UInt8], at place: Int) -> Name? {
    names.first { name in
      guard text[place] == name.text[0], text[place...].starts(with: name.text) else { return false }
      if place > 0, Self.isOfName(name.text[0]), Self.isOfName(text[place - 1]) { return false }
      let next = text[(place + name.text.count)...].prefix(2)
      guard let first = next.first, Self.isOfName(first) else { return true }
      // A full stop may end a sentence.
      return first == UInt8(ascii: ".") && !(next.count == 2 && next.last.map(ASCII.isAlphanumeric) ?? false)
    }
  }

  private static func isOfName(_ byte: UInt8) -> Bool { ASCII.isAlphanumeric(byte) || "-._".utf8.contains(byte) }
}
