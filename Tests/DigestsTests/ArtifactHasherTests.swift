import Digests
import Testing

@Suite("An artifact's digests") struct ArtifactHasherTests {
  /// Of "abc", computed by Python's hashlib.
  private static let md5 = "900150983cd24fb0d6963f7d28e17f72"
  private static let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d"
  private static let sha512 =
    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
  private static let blake2 = "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"

  @Test(
    "are those of all its pieces, and no more of them than were asked for",
    arguments: [
      [], [.md5], [.sha1], [.sha512], [.blake2b256], [.md5, .blake2b256], [.md5, .sha1, .sha512, .blake2b256],
    ] as [Set<ArtifactDigest>])
  func digests(asked: Set<ArtifactDigest>) {
    var hasher = ArtifactHasher(asked)
    for piece in ["a", "", "bc"] {
      let bytes = Array(piece.utf8)
      unsafe hasher.update(bytes.span.bytes)
    }
    let digests = hasher.finalize()
    #expect(digests.sha256.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(digests.md5.map(hex) == (asked.contains(.md5) ? Self.md5 : nil))
    #expect(digests.sha1.map(hex) == (asked.contains(.sha1) ? Self.sha1 : nil))
    #expect(digests.sha512.map(hex) == (asked.contains(.sha512) ? Self.sha512 : nil))
    #expect(digests.blake2b256.map(hex) == (asked.contains(.blake2b256) ? Self.blake2 : nil))
  }
}
