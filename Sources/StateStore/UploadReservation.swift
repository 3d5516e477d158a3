package import Digests
package import TokenVerification

/// What must be agreed and written before an upload's first byte goes upstream.
package enum UploadReservation: Hashable, Sendable {
  /// Binds the credential to the package's version and the file's bytes, which are known.
  case bind(Binding)
  /// Binds the credential to the package's version and claims the file's name for a body whose digest is not known yet.
  case claim(StreamClaim)
  /// Opens the intent of an upload whose credential is not ours to bind.
  case open(UploadIntent)
}

package enum ReservationOutcome: Hashable, Sendable {
  /// The intent to send the upload is open.
  case reserved(IntentID)
  /// Of a claim: the name was sent before with these bytes. The repeat must be spooled and compared first, then bound as a whole.
  case alreadyBound(SHA256Digest)
}

/// The credential that a binding belongs to.
package enum BindingSubject: Hashable, Sendable {
  /// An OIDC token presented with the upload; it is `direct` from then on.
  case direct(TokenID)
  case uploadToken(SHA256Digest)
}

package struct Binding: Hashable, Sendable {
  package let subject: BindingSubject
  package let upload: UploadIntent
  package let digests: ArtifactDigests
  /// When the subject is forgotten: past its expiry by the verifier's leeway and a margin.
  package let rememberedUntil: UnixTime

  package init(subject: BindingSubject, upload: UploadIntent, digests: ArtifactDigests, rememberedUntil: UnixTime) {
    self.subject = subject
    self.upload = upload
    self.digests = digests
    self.rememberedUntil = rememberedUntil
  }
}

package struct StreamClaim: Hashable, Sendable {
  package let subject: BindingSubject
  package let upload: UploadIntent
  package let rememberedUntil: UnixTime

  package init(subject: BindingSubject, upload: UploadIntent, rememberedUntil: UnixTime) {
    self.subject = subject
    self.upload = upload
    self.rememberedUntil = rememberedUntil
  }
}
