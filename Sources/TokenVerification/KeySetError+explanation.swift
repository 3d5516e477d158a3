import StrictParsers

extension KeySetError {
  /// What people are told, without a full stop.
  package var explanation: String {
    switch self {
    case .tooLarge(let limit): "the set is larger than \(limit) bytes"
    case .malformed(let error): "the set is not a strict JSON object: \(error.description)"
    case .noKeys: "the set has no array `keys`"
    case .tooManyKeys(let limit): "the set has more than \(limit) keys"
    case .nothingUsable(let skipped) where skipped.isEmpty: "the set is empty"
    case .nothingUsable(let skipped): "none of its keys verifies anything: \(skipped.map(\.explanation).joined(separator: "; "))"
    }
  }
}

extension KeySet.SkippedKey {
  /// What people are told, without a full stop.
  package var explanation: String {
    "key \(index)\(id.map { " (`\($0.text)`)" } ?? ""): \(reason.rawValue)"
  }
}
