/// What differs between two lists in which each has a name of its own, by name.
///
/// What stands alike at both ends of the lists costs no memory: nearly all of a million publishers do.
struct ListChanges {
  /// In the order of the new list.
  private(set) var added: [String] = []
  /// In the order of the old list.
  let removed: [String]
  /// In the order of the new list.
  private(set) var changed: [String] = []

  init<Item: Equatable>(_ old: [Item], _ new: [Item], _ name: (Item) -> String) {
    var old = old[...]
    var new = new[...]
    while let left = old.first, let right = new.first, left == right {
      old = old.dropFirst()
      new = new.dropFirst()
    }
    while let left = old.last, let right = new.last, left == right {
      old = old.dropLast()
      new = new.dropLast()
    }
    var unmatched: [String: Int] = [:]
    for index in old.indices { unmatched[name(old[index])] = index }
    for item in new {
      let name = name(item)
      guard let index = unmatched.removeValue(forKey: name) else {
        added.append(name)
        continue
      }
      if old[index] != item { changed.append(name) }
    }
    removed = unmatched.sorted { $0.value < $1.value }.map(\.key)
  }

  var count: Int { added.count + removed.count + changed.count }
}
