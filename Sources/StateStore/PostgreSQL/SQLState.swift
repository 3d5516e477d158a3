/// The five characters by which a PostgreSQL server says what went wrong (its manual's appendix A), and nothing else of what it says.
package struct SQLState: Hashable, Sendable, CustomStringConvertible {
  package let code: String

  /// `nil` if the bytes are not five digits and capital letters.
  package init?(_ bytes: some Collection<UInt8>) {
    let isCode = bytes.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
    }
    guard bytes.count == 5, isCode else { return nil }
    code = String(decoding: bytes, as: UTF8.self)
  }

  package var description: String { code }

  /// The transaction was taken back only because of another one, so that it may well succeed the next time.
  var isWorthRetrying: Bool { code == "40001" || code == "40P01" }

  /// What the more usual ones mean; `nil` for the others.
  var meaning: String? {
    switch code {
    case "08P01": "it was not understood"
    case "22000"..."22ZZZ", "23000"..."23ZZZ", "3F000", "42703", "42883", "42P01":
      "its tables are not as this version of Imprimatur made them"
    case "25006": "it can only be read"
    case "28000": "it does not let this user in"
    case "28P01": "it refuses the password"
    case "3D000": "there is no such database"
    case "42501": "this user may not do that"
    case "53100": "its disk is full"
    case "53200": "it is out of memory"
    case "53300": "it has too many connections"
    case "55P03", "57014": "it took too long"
    case "57P01", "57P02": "it is shutting down"
    case "57P03": "it is starting or shutting down"
    default: nil
    }
  }
}
