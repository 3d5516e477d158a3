import StrictParsers
import TestSupport
import Testing

/// The rows of Tests/Vectors, which the end-to-end suite sends through a socket.
@Suite("Our own rows") struct OwnRowTests {
  private static func text(_ row: JSONObject, _ key: ExactString) throws -> String { try #require(row[key]?.string).text }

  /// A row's text is bytes in Latin-1.
  private static func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

  @Test("of requests are read in one way or refused, in one piece and byte by byte") func requests() throws {
    for row in try VectorFile.own("requests") {
      let id = try Self.text(row, "id")
      var raw = try Self.text(row, "raw")
      for (placeholder, value) in [
        ("@PATH@", "/demo/1.0/a"), ("@VICTIM@", "/victim/1.0/x"), ("@HOST@", "localhost"), ("@TOKEN@", "Authorization: Bearer t"),
      ] { raw.replace(placeholder, with: value) }
      let inner = raw.firstRange(of: "\r\n\r\n").map { String(raw[$0.upperBound...]) } ?? ""
      raw.replace("@LENGTH@", with: "\(inner.utf8.count)")
      let code = try Self.text(row, "code")
      for pieces in [nil, 1, 7] {
        let connection = HTTPSimulatedConnection(Self.bytes(raw), pieces: pieces)
        if code == "passes" {
          #expect(connection.refusal == nil, "\(id)")
          #expect(connection.complete.map(\.body) == [Self.bytes(inner)] || row["body"] != nil && connection.complete.count == 1, "\(id)")
        } else {
          let reason = row["reason"]?.string?.text ?? String(code.dropFirst("framing.".count))
          #expect(connection.refusal?.reason == reason && connection.complete.isEmpty, "\(id)")
        }
      }
    }
  }

  @Test("of targets are refused") func targets() throws {
    for row in try VectorFile.own("targets") {
      let target = Self.bytes(try Self.text(row, "target"))
      let refusal = #expect(throws: RequestPathRefusal.self) { try RequestPath(target[...]) }
      let expected = try row["reason"]?.string?.text ?? Self.text(row, "code")
      #expect(refusal.map { "route.\($0.reason)" } == expected, "\(target)")
    }
  }

  @Test("of forms are read in one way or refused") func forms() throws {
    for row in try VectorFile.own("forms") {
      let id = try Self.text(row, "id")
      let expected = try Self.text(row, "reason")
      let contentType = Self.bytes(try Self.text(row, "content_type"))
      let body = Self.bytes(try Self.text(row, "body"))
      for chunks in [[body], body.map { [$0] }] {
        var reason = "passes"
        do throws(MultipartRefusal) { _ = try MultipartReading(chunks, contentType: contentType) } catch { reason = "\(error)" }
        #expect(reason == expected, "\(id)")
      }
    }
  }

  @Test("of JSON are read in one way or refused") func json() throws {
    for row in try VectorFile.own("json") {
      let id = try Self.text(row, "id")
      let text = try Self.text(row, "text")
      let isRead = (try? StrictJSON.parse(text.utf8)) != nil
      #expect(row["accepted"] == .bool(isRead), "\(id)")
    }
  }

  @Test("of archives are read in one way or refused") func archives() throws {
    for row in try VectorFile.own("archives") {
      let id = try Self.text(row, "id")
      let members = try #require(row["members"]?.array).map { try #require($0.array).map { try #require($0.string).text } }
      let isZip = try Self.text(row, "kind") == "zip"
      let built =
        isZip
        ? ZipBuilding(members.map { .init($0[0], Array($0[1].utf8)) }).bytes
        : gzipped(TarBuilding.closed { tar in for member in members { tar.add(file: member[0], member[1]) } })
      let bytes = Array((row["before"]?.string?.text ?? "").utf8) + built + Array((row["behind"]?.string?.text ?? "").utf8)
      let isRead =
        isZip
        ? (try? ArchiveMembers.ofZip(bytes, limits: .init(), budget: .unlimited) { _ in false }) != nil
        : (try? ArchiveMembers.ofTarGzip(bytes, limits: .init(), budget: .unlimited) { _ in false }) != nil
      #expect(row["refused"] == .bool(!isRead), "\(id)")
    }
  }
}
