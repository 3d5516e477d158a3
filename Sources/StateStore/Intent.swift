package import Digests
import PublisherPolicy
package import TokenVerification

package struct IntentID: Hashable, Sendable {
  package let value: Int64
  package init(_ value: Int64) { self.value = value }
}

package enum IntentOutcome: Hashable, Sendable {
  /// A bound upload: the binding stays whatever became of it.
  case bound
  /// A streamed body went out whole; `nil` if it was not hashed.
  case streamed(ArtifactDigests?)
  /// A streamed body did not go out whole: nothing was published, so the name is free again.
  case released
}

/// The registry took an upload.
package struct UploadSuccess: Hashable, Sendable {
  package let time: UnixTime
  /// `nil` if only the open intent still says what it was.
  package let upload: UploadIntent?

  package init(time: UnixTime, of upload: UploadIntent?) {
    self.time = time
    self.upload = upload
  }

  /// Whether a publisher learns by it, which must outlive the machine's end.
  package var activates: Bool { upload.map { $0.use?.newPin != nil } ?? true }
}

package struct InterruptedIntent: Hashable, Sendable {
  package let id: IntentID
  package let note: [UInt8]

  package init(id: IntentID, note: [UInt8]) {
    self.id = id
    self.note = note
  }
}
