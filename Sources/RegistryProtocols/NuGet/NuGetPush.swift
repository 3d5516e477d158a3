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
    // Clients send a slash at its end.
    guard let upload, let url = NuGetIndex(response.body)?.url(of: resource)?.text,
      let target = response.links.target(of: (url.hasSuffix("/") ? url : url + "/").utf8)
    else { throw UnexpectedResponse() }
    isSent = true
    return .send(UpstreamRequest(.put, target, .segments(upload.segments, contentType: ExactString(upload.contentType))))
  }
}
