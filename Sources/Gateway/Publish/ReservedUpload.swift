import NIOCore

/// An upload that the store has taken note of: it is sent, if the policy still allows it.
struct ReservedUpload {
  let authorized: AuthorizedUpload
  /// What has come of a streamed body.
  var beginning = StreamBeginning()
  /// Whether the client or the registry was waited for since the store's word: an upload token may have been burnt meanwhile.
  var hasWaited = false

  init(_ authorized: AuthorizedUpload) { self.authorized = authorized }

  var client: AuthenticatedClient { authorized.admitted.client }
  var content: UploadContent { authorized.content }
}

/// What of a streamed body can be sent once more, as the registry sees it: all of it while it is little.
struct StreamBeginning {
  /// `nil` once it is too much to keep.
  private(set) var kept: ByteBuffer? = ByteBuffer()
  /// `nil` until the body has ended.
  var size: Int64?

  mutating func append(_ piece: ByteBuffer) { kept?.writeImmutableBuffer(piece) }

  /// Keeps nothing any more. Returns how many bytes there were.
  mutating func forget() -> Int {
    defer { kept = nil }
    return kept?.readableBytes ?? 0
  }
}
