import Testing

@testable import RegistryClient

@Suite("Bytes as programs print them") struct ByteDumpTests {
  @Test(
    "are runs of hexadecimal digits",
    arguments: [
      ("", []), ("0", [[0]]), ("09afAF", [[0, 9, 10, 15, 10, 15]]), ("61 76", [[6, 1, 7, 6]]),
      ("61:76-6f,0a", [[6, 1, 7, 6, 6, 15, 0, 10]]),
      ("0x61, 0X76", [[6, 1, 7, 6]]), ("[0x6\t1]\r\n(7){6}.", [[6, 1, 7, 6]]), ("0x", []), ("0 x6", [[0], [6]]), ("100x6", [[1, 0, 6]]),
      ("61z76", [[6, 1], [7, 6]]), ("61zyx76", [[6, 1], [7, 6]]), ("z61", [[6, 1]]), ("61z", [[6, 1]]), ("g/@`", []),
    ] as [(String, [[UInt8]])])
  func hexadecimal(text: String, runs: [[UInt8]]) { Self.expect(runs, of: text, ByteDump.hexadecimal) }

  @Test(
    "are runs of decimal numbers",
    arguments: [
      ("", []), ("0", [[0]]), ("97, 118", [[97, 118]]), ("[97:118-0.255]", [[97, 118, 0, 255]]), ("97a98", [[97], [98]]), ("a97", [[97]]),
      ("97aa", [[97]]), ("256", []), ("300 1", [[1]]), ("1 300 2", [[1], [2]]), ("1 256", [[1]]), ("1000 999 10000 7", [[7]]),
      ("99999999999999999999999999 7", [[7]]), ("007", [[7]]),
    ] as [(String, [[UInt8]])])
  func decimal(text: String, runs: [[UInt8]]) { Self.expect(runs, of: text, ByteDump.decimal) }

  /// All runs are shown while none is enough, and no more once one is.
  private static func expect(_ runs: [[UInt8]], of text: String, _ show: ([UInt8], ([UInt8]) -> Bool) -> Bool) {
    for most in 1...(runs.count + 1) {
      var shown: [[UInt8]] = []
      let isEnough = show(Array(text.utf8)) { run in
        shown.append(run)
        return shown.count == most
      }
      #expect(shown == Array(runs.prefix(most)) && isEnough == (most <= runs.count))
    }
  }
}
