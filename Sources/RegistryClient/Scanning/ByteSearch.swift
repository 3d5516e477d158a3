extension [UInt8] {
  /// Where `part` begins for the first time at or behind `start`; `nil` if it does not stand there or is empty.
  func place(of part: [UInt8], from start: Int = 0) -> Int? {
    guard let first = part.first, part.count <= count - start else { return nil }
    for place in start...(count - part.count) where self[place] == first && self[place..<(place + part.count)].elementsEqual(part) {
      return place
    }
    return nil
  }

  func holds(_ part: [UInt8]) -> Bool { place(of: part) != nil }
}
