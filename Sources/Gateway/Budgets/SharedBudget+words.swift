extension SharedBudget.Shortage {
  /// Which share is full, for the person who publishes.
  var words: String {
    switch self {
    case .total: "those of all publishers together"
    case .share(.publisher(let publisher)): "those of the publisher \(publisher)"
    case .share(.unverified): "those whose credential the gateway can't verify"
    case .displaced: "a younger request needed the room of this one"
    }
  }
}
