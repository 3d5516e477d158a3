/// The end of an intent that is not durable yet: were it forgotten, an upload would be reported as interrupted that was not.
package struct PendingCompletion: Sendable {
  package let intent: IntentID
  package let end: IntentOutcome
  /// That the registry took the upload, by which the publisher is used, and bound to what it learnt; `nil` if it did not.
  package let success: UploadSuccess?

  package init(intent: IntentID, end: IntentOutcome, success: UploadSuccess?) {
    self.intent = intent
    self.end = end
    self.success = success
  }

  /// Whether it may be lost with the process or the machine: the next start would report an upload as interrupted once too often.
  var mayBeLost: Bool { !(success?.activates ?? false) }
}
