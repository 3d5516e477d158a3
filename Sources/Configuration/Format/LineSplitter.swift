/// Cuts pieces of a text into its lines, which end with a line feed, but for the last one, which may. Of a line that is longer than one may be, no more
/// is kept than shows that.
struct LineSplitter {
  let longest: Int
  private var rest: [UInt8] = []
  private var count = 0
  /// Of the whole text.
  private(set) var bytes = 0

  init(longest: Int) { self.longest = longest }

  mutating func add(_ piece: [UInt8], _ line: (ArraySlice<UInt8>, Int) -> Void) {
    bytes += piece.count
    var start = 0
    while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
      count += 1
      if rest.isEmpty {
        line(piece[start..<end], count)
      } else {
        keep(piece[start..<end])
        line(rest[...], count)
        rest = []
      }
      start = end + 1
    }
    keep(piece[start...])
  }

  private mutating func keep(_ part: ArraySlice<UInt8>) { rest.append(contentsOf: part.prefix(longest + 1 - rest.count)) }

  mutating func finish(_ line: (ArraySlice<UInt8>, Int) -> Void) {
    guard !rest.isEmpty else { return }
    line(rest[...], count + 1)
  }
}
