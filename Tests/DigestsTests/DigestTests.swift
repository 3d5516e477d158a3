import Digests
import Testing

@Suite("A digest") struct DigestTests {
  typealias Row = (length: Int, sha256: String, md5: String, sha1: String, sha512: String, blake2b: String)

  /// Of `length` bytes, the byte at `i` being `7i + 3`; computed by Python's hashlib.
  static let rows: [Row] = [
    (
      0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "d41d8cd98f00b204e9800998ecf8427e",
      "da39a3ee5e6b4b0d3255bfef95601890afd80709",
      "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
      "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"
    ),
    (
      1, "084fed08b978af4d7d196a7446a86b58009e636b611db16211b65a9aadff29c5", "8666683506aacd900bbd5a74ac4edf68",
      "9842926af7ca0a8cca12604f945414f07b01e13d",
      "e45bf5817ddf94aa2f7a407071f0eedc6beb98f768b4cd33d1176d44d1563a45a5d7212290eb7670c6786b13591aedac86478993895e8b24e612014abaa6ba04",
      "e88bd757ad5b9bedf372d8d3f0cf6c962a469db61a265f6418e1ffed86da29ec"
    ),
    (
      63, "81c80242132f230c3bd41b3e63bbcff16107339549214a99614ff26664625055", "a62f6d59e837867693f042f5b8f5a236",
      "c55856749bef509bdfe6bfebfc7bf4e793e82132",
      "ecd42a703a4e93e163d60d55e3785b1a763838b0351bc2e6f7c94b4bfb24f9aa15da5d744ebcebe11f0fc4315d45ba3a047b6e60e07448357f2795bf34b73502",
      "a69e023685fa5f19fca13acc02142a9cf8450ce5b77966586e0d000c4a4ea942"
    ),
    (
      64, "39e3d7b6b5d075d37d053ad89b24b41bef4f3c29760c84447cab3f3be1882241", "7160b8fb5e9e4023d549c3971fbaeead",
      "bede92be29c3874e1b54ddc77988d606fc857a8e",
      "8f3cc30b3fb5bf963688a46488249248ac2c67f0f85a145233c6c1e3c16dcd1df634c07d1d31da02576f65b9cf64e1c3fdb318b689b8a14e2e9552bcf30fb133",
      "586c0dd87616ec042093edc5f87f880d37ca73618e99b03d5850ce9be478721f"
    ),
    (
      65, "aacca6ff74fdbb296d165a45cecfa04e5127bc008770fbbdd48006f2d2fae95e", "70bd662e7aefbda85a0f7244167b7897",
      "b05a80522b053d6dc7e0a517d0e70212c7dad11f",
      "22050d1b2c5bd016c4b04c3e84f513ffbbbc057f83dc9ab196fee6684e5ee19d98b84c6538b3c5e1fc67dbc484e9d0a198254e41d0fa0cf5106991e106632419",
      "6f7ceeb90322d003c5b33ae8b9d9282e0159dbdc17434abc3f91ae794641d77d"
    ),
    (
      127, "a8d23e75d936f303d248888d9b165ee543f4cbafcad3c9dd2a79bd84faa11d07", "acce2474d6cc8302120d09c818d17ef7",
      "34d5e582029e9b9b85b2febe31da3db7cdabaaea",
      "e0b6a20f1c0c88970a9340152cd5a1c1ecf3d3b8de55102741879438079473540133b812706e5dbec322c8c9523b6fc8c6d16ee626e87ad5fe3d2916afedc369",
      "c9ae3859964b35f04c54b36d33cf299d7290ee621005d28e51598a943560aaaa"
    ),
    (
      128, "d2742f1f4ac6bb7ca2b239ee18402ba8b3f9f8e652d2a72973c2b9ba11c08cf6", "10b2da1a82f16d99a81a7203fe9f02cb",
      "a09133e6730ffe899efb70204cb5646cd5dc24ee",
      "99b16f17aa0b969a5b8f08f367719d516e330ccd2660b6f0688ec031dbc783de50a1cd185a2568dba75070a2403d17d4741d163578515dfd2ff756ddfe4d47b1",
      "f0501d06597880592bc49234eef100ec1ff349058d0e9d9b753504e24af86dd6"
    ),
    (
      129, "307f8fc2c1622b92762e818d39a185d4d667ad49a4b07ceae1f4afa008a93ec4", "03fefbbcebe2959cf2270241aafe0250",
      "808aea332ce367541d37adae7f94e59c5c1a934e",
      "a1556e29185778aa5991e34b8884c840d589f0fbb4b8ed590e51e9ac4eb03a008125000db2671f8fe7f485b59a77b518670078ecb41a54b4cd02a7f1d2ca4c6d",
      "a34a4e1e03c541dfbf3099c4b6c143c022ced65c28bd7e8a10e0a098461aecf0"
    ),
    (
      255, "3c8af6e36699077166f180b277f93992e354c66a63a3541ef18d61524eac85e9", "63bada79fee9101a5abc3841d5de0b11",
      "da81fcfbf37e226a0113af12bb6e9271b828c012",
      "c2e3bb67012f9eb526202efa59997933f7d3e75e7ded738818bc27d94977f4573afddb1b2793745701e62affa3b7a1c8262c992a321f488a6b1942a4795bab98",
      "f2d64a40e9412a3414161ff6250075225418fd7c271c1123e162e1bca0de9f93"
    ),
    (
      256, "d9c76fa34978cb9620dab8c3f46bbe075fddc145eb282b39009141f98d0cfe82", "d436d767fed83db89eacc70ed6cbd839",
      "6aa0e62cd373dc2eb2bd8d9d9ed6e6ef196cc931",
      "e49c208e41556e859d1a52d14784a061c2d5ae2c8690a5360e9f9344f60861c1362a9ec05a9f08a4167b3da41bdd122a387413dd06976470e4beff5053f2ac71",
      "d93ebb9c802f5630ab22516fd82b6c21bc8bd551d531349b715f046ed11ed871"
    ),
    (
      257, "b65c390e4482123ae81c3462cd2ce5bac55cd9dfde2fcf9295c7d320ee453fc5", "8e2134d5d1b01a551538448c7f25e37e",
      "6c040839211ff1eecd6f7f59ec4885bfbcced8a6",
      "a8f13f5f1f09e5c21370bd3e0f3a60ce9987663b95068a2cc9a2bc5cbfdc4c34611325699468e00350bd2e06a62c6cad8710001d407971f5e4e3d1dc6b484fdd",
      "4ce481b24d387422d2bc2baa03d1afd55a1327939ff537c71eb9b38709268649"
    ),
    (
      1000, "1e9bc38cbf860b9ec31918b065f9b52476c549a782e0e7990bed8ce3868d2371", "10046f077f2082ac19676b8079f1cb1a",
      "4231a8a50a10fa9758db8ec71fdef855b751048a",
      "00e36fccf193e59697a92b5ab24666ce6326d7fa16bf10832d0991ddc591112e9dfa6a636950ed9c4d67344a760654c2ff7785e1d60094d651038735b5dccabd",
      "d62b6c768ce1afc8367e0498ab2f8e3f7c178c35b1429f14c4604b545d200f52"
    ),
    (
      4096, "7486da8f1e13943fae21a0b043f1e99640d7d8ebafb25266478b5cddae1272b5", "d105289f5617c241f52a191c6b2fc809",
      "6272f6754cd52a09ecc9c22764b6cc138a7c907b",
      "ed3ea71e2627334fc7fe8443d74b5851007086fefe73543a4423718cd9e0eb24e5fc80675e02cef94055944f65e1df45a8f69f776f59a4c3e32031ca7ef07387",
      "3b7dcca5dcb409b9ee1d33ac58a03966d5e86581278891945e3d2fd80e3aad58"
    ),
    (
      65537, "ad8b370d36508e55e3c9cd44667a6e36e35955d0ff9f8fe59805bb18c2db5dd8", "8bbe2ba9b420c53493027ed87dbc57c8",
      "445ae28c60d5dd584606c8f399c2ae4581279c7a",
      "09ea91cb14254d3769252330d6deed58ac5c5579a7cd22767073c2976e999d0da03590c9fb524859155bcd8eeaf9a14cd1051449b4533f7b37a2abed43c4b44e",
      "2cbf7bf7254bbf693239f9713faf3ae9a4c08072b356d84fbdeb45c90e0bef98"
    ),
  ]

  static func text(_ length: Int) -> [UInt8] { (0..<length).map { UInt8(truncatingIfNeeded: 7 * $0 + 3) } }

  @Test("is what hashlib computes", arguments: rows)
  func agreesWithHashlib(row: Row) throws {
    let text = Self.text(row.length)
    #expect(SHA256.digest(of: text).hex == row.sha256)
    #expect(try digest(SHA256(), of: text, piece: .max).hex == row.sha256)
    #expect(try provided(MD5(), of: text, piece: .max) == row.md5)
    #expect(try provided(SHA1(), of: text, piece: .max) == row.sha1)
    #expect(try provided(SHA512(), of: text, piece: .max) == row.sha512)
    #expect(hex(try digest(BLAKE2b256(), of: text, piece: .max)) == row.blake2b)
  }

  @Test("does not depend on how the bytes were cut", arguments: [1, 3, 64, 127, 128, 129, 1000])
  func ignoresCuts(piece: Int) throws {
    for row in Self.rows where row.length < 5000 {
      let text = Self.text(row.length)
      #expect(try digest(SHA256(), of: text, piece: piece).hex == row.sha256)
      #expect(try provided(MD5(), of: text, piece: piece) == row.md5)
      #expect(try provided(SHA1(), of: text, piece: piece) == row.sha1)
      #expect(try provided(SHA512(), of: text, piece: piece) == row.sha512)
      #expect(hex(try digest(BLAKE2b256(), of: text, piece: piece)) == row.blake2b)
    }
  }

  @Test("is a value: copies go on by themselves, and reading it does not end it")
  func isValue() {
    var first = SHA256()
    first.update(Array("ab".utf8))
    var second = first
    second.update(Array("c".utf8))
    #expect(first.finalize() == SHA256.digest(of: Array("ab".utf8)))
    #expect(second.finalize() == SHA256.digest(of: Array("abc".utf8)))
    first.update(Array("c".utf8))
    #expect(first.finalize() == second.finalize())
  }

  @Test("of 32 bytes gives them back", arguments: [0, 31, 32, 33])
  func keepsBytes(length: Int) {
    let bytes = Self.text(length)
    #expect(SHA256Digest(bytes: bytes)?.bytes == (length == 32 ? bytes : nil))
  }

  private func digest<D: IncrementalDigest>(_ digest: D, of text: [UInt8], piece: Int) throws -> D.Value {
    var digest = digest
    var rest = text[...]
    while !rest.isEmpty {
      digest.update(Array(rest.prefix(piece)))
      rest = rest.dropFirst(piece)
    }
    return digest.finalize()
  }

  /// Of a kind that libcrypto's provider may lack; the tests' provider has them all.
  private func provided<D: IncrementalDigest<[UInt8]?>>(_ kind: D?, of text: [UInt8], piece: Int) throws -> String {
    let kind = try #require(kind)
    return hex(try #require(try digest(kind, of: text, piece: piece)))
  }
}

func hex(_ bytes: [UInt8]) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

@Suite("Secure random bytes") struct SecureRandomTests {
  @Test("are as many as asked for, and different each time", arguments: [0, 1, 32, 4096])
  func countAndNovelty(count: Int) throws {
    let first = try SecureRandom.bytes(count)
    #expect(first.count == count)
    if count >= 16 { #expect(try SecureRandom.bytes(count) != first) }
  }

  @Test("can't be asked for in impossible numbers", arguments: [-1, .max, .min])
  func impossibleCounts(count: Int) {
    #expect(throws: RandomnessUnavailable.self) { try SecureRandom.bytes(count) }
  }
}
