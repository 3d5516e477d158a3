import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StrictParsers

/// What the requests to the registry bear.
extension PublishMachine {
  mutating func loadCredential(_ upload: ReservedUpload, ifAbsent result: Result<Existence, UpstreamFailure>) throws(Refusal) -> Action {
    try refuseExisting(upload.content.target, result)
    return loadCredential(upload)
  }

  mutating func loadCredential(_ upload: ReservedUpload) -> Action {
    guard upload.client.isOurs else { return connect(upload) }
    return load(for: upload, nil)
  }

  /// - Parameter exchange: Of a request that is sent once more with a new token; `nil` if none was sent yet.
  mutating func load(for upload: ReservedUpload, _ exchange: Exchange?) -> Action {
    enter(
      .loadingCredential(upload, exchange),
      .loadCredential(upload.authorized.permit, upload.content.target.package, isRenewal: exchange != nil))
  }

  mutating func connect(
    _ upload: ReservedUpload, _ exchange: Exchange?, after result: Result<Void, UpstreamFailure>
  ) throws(Refusal) -> Action {
    do throws(UpstreamFailure) { try result.get() } catch { throw .upstream(error) }
    var upload = upload
    // A token service was waited for.
    if request.registry.tokens != nil { upload.hasWaited = true }
    guard let exchange else { return connect(upload) }
    return enter(.connecting(upload, exchange), .connect(isFresh: false))
  }
}
