/// The end of an intent that is not durable yet: were it forgotten, an upload would be reported as interrupted that was not.
struct PendingCompletion: Sendable {
  let intent: IntentID
  let end: IntentOutcome
  let success: UploadSuccess?

  /// Whether it may be lost with the machine: the next start would report an upload as interrupted once too often.
  var mayBeLost: Bool { !(success?.activates ?? false) }
}
