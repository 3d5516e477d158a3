/// Notices a name that an object already has, in constant time however many there are.
struct JSONNames {
  /// Below this many members, comparing with each costs less than hashing all.
  private static let few = 48
  private var hashed: Set<ExactString> = []
  /// The marks of the names so far: a name whose mark is not among them is new.
  private var marks = InlineArray<16, UInt64>(repeating: 0)

  /// False if one of the earlier members has the name.
  mutating func insert(_ name: ExactString, after members: [JSONObject.Member]) -> Bool {
    if members.count < Self.few {
      let mark = name.fingerprint & 1023
      let bit = UInt64(1) << UInt64(mark % 64)
      let isMarked = marks[mark / 64] & bit != 0
      marks[mark / 64] |= bit
      return !isMarked || !members.contains { $0.name == name }
    }
    if hashed.isEmpty { for member in members { hashed.insert(member.name) } }
    return hashed.insert(name).inserted
  }
}
