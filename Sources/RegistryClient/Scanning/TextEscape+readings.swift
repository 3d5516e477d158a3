extension TextEscape {
  /// How often escapes within escapes are resolved.
  private static let rounds = 8

  /// Shows a text as it stands, and again each time that some of its escapes were resolved, until nothing is left to resolve.
  ///
  /// - Parameter isEnough: Whether no further reading is wanted.
  /// - Returns: False if escapes are nested deeper than they are resolved, so that not every reading was shown.
  static func readings(of text: [UInt8], _ isEnough: ([UInt8]) -> Bool) -> Bool {
    if isEnough(text) { return true }
    var text = text
    for _ in 0..<rounds {
      var didResolve = false
      for escape in allCases {
        guard let resolved = escape.resolved(text) else { continue }
        if isEnough(resolved) { return true }
        text = resolved
        didResolve = true
      }
      if !didResolve { return true }
    }
    return false
  }
}
