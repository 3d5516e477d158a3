/// Notices a name that an object already has, in constant time however many there are.
struct JSONNames {
  /// Below this many members, comparing with each costs less than hashing all.
  private static let few = 48
  private var hashed: Set<ExactString> = []

  /// False if one of the earlier members has the name.
  mutating func insert(_ name: ExactString, after members: [JSONObject.Member]) -> Bool {
    if members.count < Self.few { return !members.contains { $0.name == name } }
    if hashed.isEmpty { for member in members { hashed.insert(member.name) } }
    return hashed.insert(name).inserted
  }
}
