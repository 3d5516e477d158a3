import StrictParsers

/// A push to a registry that has a service index: it says where packages go.
struct NuGetPush: UpstreamExchange {
  private let index: ExactString
  private let resource: ExactString
  private var upload: InspectedUpload?
  private var isSent = false

  init(index: ExactString, resource: ExactString) {
    self.index = index
    self.resource = resource
  }

  mutating func begin(_ upload: InspectedUpload?) -> UpstreamRequest {
    self.upload = upload
    return UpstreamRequest(.get, index)
  }

  mutating func next(after response: UpstreamResponse) throws(UnexpectedResponse) -> UpstreamStep {
    guard !isSent, (200..<300).contains(response.status) else { return .relay }
    guard let upload, let index = NuGetIndex(response.body) else { throw UnexpectedResponse(.unreadable) }
    guard let url = index.url(of: resource) else { throw UnexpectedResponse(.notTaken) }
    // Clients send a slash at its end.
    guard let target = response.links.target(of: url.withSlash.utf8) else { throw UnexpectedResponse(.elsewhere) }
    isSent = true
    return .send(UpstreamRequest(.put, target, .segments(upload.segments, contentType: ExactString(upload.contentType))))
  }
}
