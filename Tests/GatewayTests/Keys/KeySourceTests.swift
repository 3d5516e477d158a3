import Configuration
import Glibc
import Observability
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import Gateway

@Suite("The source of an issuer's keys") struct KeySourceTests {
  /// What the log says of one refresh, and whether the keys from before were kept.
  private static func refresh(_ change: (SampleIssuer) -> Void) async throws -> KeyFailure? {
    let issuer = SampleIssuer("old")
    let keys = try issuer.keys()
    await keys.refreshIfDue()
    change(issuer)
    issuer.advance(by: 900)
    await keys.refreshIfDue()
    guard case .refreshFailed(_, let failure, _) = issuer.events.last else {
      #expect(keys.trusted?.usableIDs == ["new"])
      return nil
    }
    #expect(keys.trusted?.usableIDs == ["old"])
    return failure
  }

  // MARK: - Discovery

  @Test(
    "is named by a document that says it is the issuer's",
    arguments: [
      ("https://issuer.example", nil), ("https://issuer.example/", .foreignIssuer), ("https://Issuer.example", .foreignIssuer),
      ("https://issuer.example:443", .foreignIssuer), ("http://issuer.example", .foreignIssuer), ("https://evil.example", .foreignIssuer),
      ("https://issuer.example.evil.example", .foreignIssuer), ("", .foreignIssuer),
    ] as [(String, KeyFailure?)])
  func issuer(name: String, failure: KeyFailure?) async throws {
    let found = try await Self.refresh {
      $0.publish(discovery: SampleIssuer.discovery(issuer: name))
      $0.publish(["new"])
    }
    #expect(found == failure)
  }

  @Test(
    "lies at the issuer's origin",
    arguments: [
      "http://issuer.example/keys", "https://issuer.example:8443/keys", "https://evil.example/keys", "https://keys.issuer.example/keys",
      "https://issuer.example.evil.example/keys", "https://issuer.example@evil.example/keys", "https://evil.example#@issuer.example/keys",
      "https://evil.example\\\\@issuer.example/keys", "//issuer.example/keys", "/keys", "", "file:///etc/passwd",
      "https://169.254.169.254/latest/meta-data", "https://issuer.example./keys", "https://127.0.0.1/keys",
    ])
  func foreignKeys(url: String) async throws {
    let found = try await Self.refresh { issuer in
      issuer.publish(discovery: SampleIssuer.discovery(keys: url))
      issuer.answer(url, .success(.init(body: Array(SampleIssuer.keys(["new"]).utf8), maxAge: nil)))
    }
    #expect(found == .foreignKeys)
  }

  @Test("may move within the origin", arguments: ["https://issuer.example/new?v=2", "https://ISSUER.example:443/new"])
  func moved(url: String) async throws {
    let found = try await Self.refresh { issuer in
      issuer.publish(discovery: SampleIssuer.discovery(keys: url))
      issuer.answer(url, .success(.init(body: Array(SampleIssuer.keys(["new"]).utf8), maxAge: nil)))
    }
    #expect(found == nil)
  }

  @Test("may lie elsewhere where that place is known of the provider, and only there")
  func known() async throws {
    let places = try ["https://keys.example/v1", "https://keys.example/v2"].map { try #require(KeyURL(ExactString($0))) }
    for (place, isKnown) in zip(places, [true, false]) {
      let issuer = SampleIssuer()
      issuer.publish(discovery: SampleIssuer.discovery(keys: place.text.text))
      issuer.answer(place.text.text, .success(.init(body: Array(SampleIssuer.keys(["a"]).utf8), maxAge: nil)))
      let keys = try issuer.keys(.discovery(try #require(KeyURL(SampleIssuer.url)), known: places[0]))
      await keys.refresh()
      #expect((keys.trusted != nil) == isKnown)
      #expect(issuer.takeFetched() == [SampleIssuer.discoveryURL] + (isKnown ? [place.text.text] : []))
    }
  }

  @Test(
    "is not named by a document that is not a strict JSON object, or has no such member",
    arguments: [
      "", "[]", "null", "<html>", "{", "{\"issuer\": \"https://issuer.example\"}", "{\"jwks_uri\": \"https://issuer.example/keys\"}",
      "{\"issuer\": [\"https://issuer.example\"], \"jwks_uri\": \"https://issuer.example/keys\"}",
      "{\"issuer\": \"https://issuer.example\", \"jwks_uri\": [\"https://issuer.example/keys\"]}",
      "{\"issuer\": \"https://issuer.example\", \"jwks_uri\": null}",
      "{\"issuer\": \"https://evil.example\", \"issuer\": \"https://issuer.example\", \"jwks_uri\": \"https://issuer.example/keys\"}",
      "{\"issuer\": \"https://issuer.example\", \"jwks_uri\": \"https://e.example\", \"jwks\\u005furi\": \"https://issuer.example/keys\"}",
      "{\"issuer\": \"https://issuer.example\", \"jwks_uri\": \"https://issuer.example/keys\"} x",
    ])
  func discovery(document: String) async throws {
    let issuer = SampleIssuer("old")
    issuer.publish(discovery: document)
    let keys = try issuer.keys()
    await keys.refresh()
    #expect(keys.trusted == nil && keys.state == .missing)
    #expect(issuer.takeFetched() == [SampleIssuer.discoveryURL])
  }

  // MARK: - Hostile sets

  @Test(
    "keeps the keys from before where the new set can't be used",
    arguments: [
      ("", .malformed), ("<html><body>Bad gateway</body></html>", .malformed), ("\u{1F}\u{8B}\u{8}", .malformed),
      ("{\"keys\": [", .malformed), ("\u{FEFF}{\"keys\": []}", .malformed), ("{\"keys\": [], \"keys\": []}", .malformed),
      ("{\"keys\": \(String(repeating: "[", count: 100_000))", .malformed), ("{}", .noKeys), ("{\"keys\": {}}", .noKeys),
      ("{\"keys\": null}", .noKeys), ("{\"Keys\": []}", .noKeys), ("{\"keys\": []}", .nothingUsable),
      ("{\"keys\": [{\"kty\": \"oct\", \"kid\": \"new\", \"k\": \"AAAA\"}]}", .nothingUsable),
      (SampleIssuer.keys(["new", "new"]), .nothingUsable), (SampleIssuer.keys((0...100).map { "\($0)" }), .tooMany),
    ] as [(String, KeySetFault)])
  func hostileSets(document: String, fault: KeySetFault) async throws {
    let failure = try await Self.refresh { $0.publish(keys: document) }
    guard case .keys(let error) = try #require(failure) else {
      Issue.record("\(failure as Any)")
      return
    }
    let found: KeySetFault =
      switch error {
      case .tooLarge: .tooLarge
      case .malformed: .malformed
      case .noKeys: .noKeys
      case .tooManyKeys: .tooMany
      case .nothingUsable: .nothingUsable
      }
    #expect(found == fault)
  }

  /// `KeySetError` without its details.
  enum KeySetFault: Sendable { case tooLarge, malformed, noKeys, tooMany, nothingUsable }

  @Test("may have a hundred keys, some of no use, which are told once for each change")
  func skipped() async throws {
    let issuer = SampleIssuer()
    let keys = try issuer.keys()
    func skipped() -> Int { issuer.events.count { if case .skipped = $0 { true } else { false } } }
    let odd = [#"{"kid": "x", "kty": "oct"}"#, #"{"kid": "y", "kty": "oct"}"#]
    for (members, expected) in [([], 0), ([odd[0]], 1), ([odd[0]], 1), (odd, 2), ([], 2), ([odd[0]], 3)] as [([String], Int)] {
      let usable = (members.count..<100).map { SampleIssuer.key("\($0)") }
      issuer.publish(keys: "{\"keys\": [\((members + usable).joined(separator: ","))]}")
      await keys.refresh()
      #expect(keys.trusted?.usableIDs.count == 100 - members.count)
      #expect(skipped() == expected)
    }
  }

  @Test(
    "keeps the keys from before where either document can't be had",
    arguments: [
      FetchFailure.timedOut, .tooLarge(limit: 1 << 20), .status(302), .status(404), .status(503), .addressRefused, .transfer("x"),
    ])
  func unreachable(failure: FetchFailure) async throws {
    for url in [SampleIssuer.discoveryURL, SampleIssuer.keysURL] {
      #expect(try await Self.refresh { $0.answer(url, .failure(failure)) } == .fetch(failure))
    }
  }

  // MARK: - Other sources

  @Test("may be a URL of the configuration, and no discovery document is asked for")
  func url() async throws {
    let issuer = SampleIssuer()
    let place = try #require(KeyURL("https://keys.example/x"))
    issuer.answer("https://keys.example/x", .success(.init(body: Array(SampleIssuer.keys(["a"]).utf8), maxAge: nil)))
    let keys = try issuer.keys(.url(place))
    await keys.refresh()
    #expect(keys.trusted?.usableIDs == ["a"])
    #expect(issuer.takeFetched() == ["https://keys.example/x"])
  }

  @Test("may be a file, which is read again, and nobody is asked")
  func file() async throws {
    let issuer = SampleIssuer()
    let folder = try TemporaryFolder()
    let path = folder.write(SampleIssuer.keys(["a"]), to: "keys.json")
    let keys = try issuer.keys(.file(path))
    await keys.refresh()
    #expect(keys.trusted?.usableIDs == ["a"])
    folder.write(SampleIssuer.keys(["b"]), to: "keys.json")
    await keys.refresh()
    #expect(keys.trusted?.usableIDs == ["b"])
    #expect(issuer.takeFetched() == [])
  }

  @Test("that is a file keeps the keys from before where it can't be read or is too large")
  func badFile() async throws {
    let issuer = SampleIssuer()
    let folder = try TemporaryFolder()
    let path = folder.write(SampleIssuer.keys(["a"]), to: "keys.json")
    let keys = try issuer.keys(.file(path))
    await keys.refresh()
    folder.write(String(repeating: " ", count: 1 << 20) + SampleIssuer.keys(["b"]), to: "keys.json")
    await keys.refresh()
    guard case .refreshFailed(_, let failure, _) = issuer.events.last else {
      Issue.record("the file was taken")
      return
    }
    #expect(failure == .fetch(.tooLarge(limit: 1 << 20)))
    for (path, number) in [("\(folder.path)/none", ENOENT), (folder.path, EISDIR)] {
      let keys = try issuer.keys(.file(path))
      await keys.refresh()
      #expect(issuer.events.last == .refreshFailed(issuer: SampleIssuer.url, .fetch(.unreadableFile(path: path, number)), keptUntil: nil))
    }
    #expect(keys.trusted?.usableIDs == ["a"])
  }
}
