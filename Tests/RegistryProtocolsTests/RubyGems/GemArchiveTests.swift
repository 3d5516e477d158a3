import Digests
import StrictParsers
import TestSupport
import Testing

@testable import RegistryProtocols

@Suite("The files in a gem") struct GemArchiveTests {
  private static let metadata = SampleArchive.gzip(Array(SampleGem().metadata.utf8))
  private static let data = SampleGem().data

  private static func digests(_ content: [UInt8]) -> ArtifactDigests {
    var hasher = ArtifactHasher([.sha1, .sha512])
    unsafe hasher.update(content.span.bytes)
    return hasher.finalize()
  }

  private static func stated(_ name: String, _ digest: (ArtifactDigests) -> [UInt8]?) -> String {
    "\(name):\n"
      + [("metadata.gz", metadata), ("data.tar.gz", data)].map { "  \($0.0): \(Hex.encode(digest(digests($0.1)) ?? []))\n" }.joined()
  }

  @Test("may be signed, and state their digests") func whole() throws {
    let sums = "---\n" + Self.stated("SHA1") { $0.sha1 } + Self.stated("SHA256") { $0.sha256.bytes } + Self.stated("SHA512") { $0.sha512 }
    var gem = SampleGem(checksums: sums)
    gem.more = ["metadata.gz.sig", "data.tar.gz.sig", "checksums.yaml.gz.sig"].map { ($0, [1, 2, 3]) }
    #expect(try gem.specification().fileName == "acme-1.2.3.gem")
    #expect(try SampleGem().specification().fileName == "acme-1.2.3.gem")
  }

  @Test("state their digests in base64 where Ruby 1.9 wrote them") func binary() throws {
    func base64(_ content: [UInt8]) -> String {
      let text = Array(Base64.encode(Array(Hex.encode(Self.digests(content).sha512 ?? []).utf8)).utf8)
      return stride(from: 0, to: text.count, by: 60).map {
        "    " + String(decoding: text[$0..<min($0 + 60, text.count)], as: UTF8.self) + "\n"
      }.joined()
    }
    let name = Base64.encode(Array("SHA512".utf8))
    let sums =
      "--- \n!binary \"\(name)\":\n  metadata.gz: !binary |-\n\(base64(Self.metadata))  data.tar.gz: !binary |-\n\(base64(Self.data))"
    #expect(try SampleGem(checksums: sums).specification().fileName == "acme-1.2.3.gem")
    let other = sums.replacing(base64(Self.data), with: base64(Self.metadata))
    #expect(throws: UploadRefusal.digestMismatch("checksums.yaml.gz")) { try SampleGem(checksums: other).specification() }
  }

  @Test("are refused with digests of others, or with others' digests") func digests() {
    let right = "---\n" + Self.stated("SHA256") { $0.sha256.bytes }
    let wrong = "---\n" + Self.stated("SHA256") { $0.sha256.bytes.reversed() }
    #expect(throws: UploadRefusal.digestMismatch("checksums.yaml.gz")) { try SampleGem(checksums: wrong).specification() }
    for doubtful in [
      right + "  other.gz: 00\n", right + "MD5:\n  metadata.gz: 00\n  data.tar.gz: 00\n", "--- \nSHA256:\n  metadata.gz: 00\n",
      "---\nSHA256: {}\n",
      "---\nSHA256: 00\n", right + String(right.dropFirst(4)).replacing("SHA256", with: "'SHA-256'"), right.replacing("a", with: "g"),
    ] {
      #expect(throws: UploadRefusal.gem(.checksums)) { try SampleGem(checksums: doubtful).specification() }
    }
    #expect { try SampleGem(checksums: right + String(right.dropFirst(4))).specification() } throws: {
      ($0 as? UploadRefusal)?.code == .malformedYAML
    }
    #expect { try SampleGem(checksums: "").specification() } throws: { ($0 as? UploadRefusal)?.code == .malformedYAML }
  }

  @Test(
    "are those of a gem and no others",
    arguments: [
      ("metadata", .unexpectedMember("metadata")), ("other.txt", .unexpectedMember("other.txt")),
      ("metadata.gz.SIG", .unexpectedMember("metadata.gz.SIG")),
      ("metadata.gz", .malformedArchive(.repeatedMember)), ("data.tar.gz", .malformedArchive(.repeatedMember)),
      ("./metadata.gz", .malformedArchive(.tar(.name))), ("METADATA.GZ", .unexpectedMember("METADATA.GZ")),
      ("x/metadata.gz", .unexpectedMember("x/metadata.gz")),
    ] as [(String, UploadRefusal)])
  func others(name: String, refusal: UploadRefusal) {
    var gem = SampleGem()
    gem.more = [(name, Self.metadata)]
    #expect(throws: refusal) { try gem.specification() }
  }

  @Test("are all there", arguments: ["metadata.gz", "data.tar.gz"]) func missing(name: String) {
    var gem = SampleGem()
    gem.leftOut = [name]
    #expect(throws: UploadRefusal.metadataPlace) { try gem.specification() }
  }

  @Test("have their names in their headers") func extensions() {
    var tar = SampleGem().bytes
    // A file of its own length becomes an extended header, as far as its header goes.
    for type in "xgLK".utf8 {
      tar = SampleGem().bytes
      let sum = tar[..<512].reduce(0) { $0 + Int($1) } - tar[148..<156].reduce(0) { $0 + Int($1) } + 8 * 32 - Int(tar[156]) + Int(type)
      tar[156] = type
      let digits = String(sum, radix: 8)
      tar.replaceSubrange(148..<154, with: Array(String(repeating: "0", count: 6 - digits.count).utf8) + Array(digits.utf8))
      #expect(throws: UploadRefusal.malformedArchive(.tar(.extended))) { try GemArchive.specification(in: tar, .unlimited) }
    }
  }

  @Test("are no links") func links() {
    var gem = SampleGem()
    gem.more = [("metadata.gz.sig/", [])]
    #expect(throws: UploadRefusal.malformedArchive(.memberKind)) { try gem.specification() }
  }

  @Test("are named where one can't be read") func faults() {
    #expect {
      try SampleGem(checksums: "---\nSHA256: \u{2028}\n").specification()
    } throws: {
      ($0 as? UploadRefusal)?.explanation
        == "`checksums.yaml.gz` is not YAML that every reader understands alike: U+2028, a line separator, as copied from web pages, "
        + "stands here (byte 12, in `SHA256`)"
    }
    let texts = [
      "\u{2029}": "U+2029, a paragraph separator,", "\u{85}": "U+0085, which ends a line", "\u{FEFF}": "U+FEFF, a byte order mark,",
    ]
    for (text, words) in texts {
      let metadata = SampleGem().metadata + "description: |-\n  name: \(text)\n"
      #expect { try SampleGem(metadata: metadata).specification() } throws: {
        let told = ($0 as? UploadRefusal)?.explanation ?? ""
        return told.hasPrefix("`metadata.gz` is not YAML") && told.contains(words) && told.hasSuffix(", in `description`)")
      }
    }
  }

  @Test("are one gzip member each, and end where they say") func gzip() {
    #expect { try SampleGem(data: Self.data + Self.data).specification() } throws: { ($0 as? UploadRefusal)?.code == .malformedArchive }
    #expect { try SampleGem(data: []).specification() } throws: { ($0 as? UploadRefusal)?.code == .malformedArchive }
    #expect(throws: UploadRefusal.malformedArchive(.tar(.trailingBytes))) {
      try GemArchive.specification(in: SampleGem().bytes + [1], .unlimited)
    }
    #expect(throws: UploadRefusal.malformedArchive(.tar(.incomplete))) { try GemArchive.specification(in: [UInt8](), .unlimited) }
    #expect(throws: UploadRefusal.inspectionTooLong) { try GemArchive.specification(in: SampleGem().bytes, WorkBudget { true }) }
  }

  @Test("are unpacked where they belong") func data() throws {
    let names = [
      "./lib/acme.rb", "lib/acme.rb", "lib//acme.rb", "lib/./acme.rb", "././lib/acme.rb", ".//lib/acme.rb", "sub/../lib/acme.rb",
      "lib/a/../../lib/acme.rb",
    ]
    for name in names + ["./test/", "lib/q\\w.rb", "..\\..\\acme.rb", "lib/..."] {
      #expect(try SampleGem(data: SampleArchive.tarGzip([(name, [])])).specification().name == "acme")
    }
    for name in names {
      let twice = SampleArchive.tarGzip([("lib/acme.rb", [1]), (name, [2])])
      #expect(throws: UploadRefusal.malformedArchive(.repeatedMember)) { try SampleGem(data: twice).specification() }
    }
    for name in [
      "../acme.rb", "/acme.rb", "./../acme.rb", "//acme.rb", "lib/../../lib/acme.rb", "..", ".", "./", "/", "lib/..", "lib/../..//acme.rb",
      "lib/a\u{1}",
    ] {
      #expect(throws: UploadRefusal.malformedArchive(.tar(.name))) {
        try SampleGem(data: SampleArchive.tarGzip([(name, [])])).specification()
      }
    }
  }
}
