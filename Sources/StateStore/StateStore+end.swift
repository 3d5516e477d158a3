extension StateStore {
  /// Closes an intent; nobody waits for it.
  package func end(_ intent: IntentID, as end: IntentOutcome, _ success: UploadSuccess?) {
    submit(StoreBatch(ends: [PendingCompletion(intent: intent, end: end, success: success)])) { _ in }
  }
}
