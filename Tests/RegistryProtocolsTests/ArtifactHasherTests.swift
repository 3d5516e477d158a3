import Digests
import RegistryProtocols
import StrictParsers
import Testing

@Suite("An artifact's digests") struct ArtifactHasherTests {
  @Test("are those of all its pieces, and no more of them than were asked for") func digests() {
    for asked in [[], [.md5], [.blake2b256], [.md5, .blake2b256]] as [Set<ArtifactDigest>] {
      var hasher = ArtifactHasher(asked)
      for piece in ["a", "", "bc"] {
        let bytes = Array(piece.utf8)
        unsafe hasher.update(bytes.span.bytes)
      }
      let digests = hasher.finalize()
      #expect(digests.sha256.hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
      #expect(digests.md5.map { Hex.encode($0) } == (asked.contains(.md5) ? "900150983cd24fb0d6963f7d28e17f72" : nil))
      let blake2 = "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
      #expect(digests.blake2b256.map { Hex.encode($0) } == (asked.contains(.blake2b256) ? blake2 : nil))
    }
  }
}
