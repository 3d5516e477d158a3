import StrictParsers
import TestSupport
import Testing

/// Zip files that PyPI accepts and refuses, and tar and zip files of Go's own tests.
@Suite("Known archives") struct ArchiveVectorTests {
  /// Where we are stricter than the row demands, and why.
  private static let stricter: [ExactString: String] = [
    "warehouse/accept/short_usize_zip64.zip": "Stored in 51 bytes and said to be 9: unpackers take the one or the other."
  ]

  @Test("are accepted or refused as their row demands, and never trap")
  func rows() throws {
    guard let rows = try VectorFile.rows("attacks/archives.jsonl") else { return }
    var accepted = 0
    var refused = 0
    var read = 0
    var unread = 0
    for row in rows {
      let id = try #require(row["id"]?.string)
      let bytes = try Base64.decode(#require(row["b64"]?.string).utf8)
      let ecosystem = try #require(row["eco"]?.string)
      let isRead = ecosystem == "zip" ? (try? ZipReader(bytes, budget: .unlimited)) != nil : (try? TarReaderTests.read([bytes])) != nil
      Self.readEverything(bytes, isZip: ecosystem == "zip")
      switch try #require(row["expect"]?.string) {
      case "accept":
        #expect(isRead != Self.stricter.keys.contains(id), "\(id)")
        accepted += 1
      case "reject":
        #expect(!isRead, "\(id)")
        refused += 1
      default:
        if isRead { read += 1 } else { unread += 1 }
      }
    }
    print(
      "counted: archives.jsonl: \(rows.count) rows, \(accepted) to accept, \(refused) to refuse, "
        + "\(read) read and \(unread) refused freely")
    #expect(rows.count >= 115)
    #expect(accepted >= 10)
    #expect(refused >= 35)
    #expect(read >= 29)
    #expect(Self.stricter.count * 100 <= rows.count)
  }

  private static func readEverything(_ bytes: [UInt8], isZip: Bool) {
    let limits = ArchiveLimits(inflate: .init(inflatedBytes: 1 << 20), memberLength: 1 << 20, members: 1_000)
    if isZip {
      _ = try? ArchiveMembers.ofZip(bytes, limits: limits, budget: .unlimited) { _ in true }
    } else {
      _ = try? ArchiveMembers.ofTarGzip(gzipped(bytes), limits: limits, budget: .unlimited) { _ in true }
    }
  }
}
