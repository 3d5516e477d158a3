import StrictParsers

/// What the upload of a crate becomes: one request, whose answer is a refusal if it has `errors`, even with status 200 and none of them, as cargo takes it.
struct CargoUpload: UpstreamExchange {
  private var request = SingleRequest(.put, "/api/v1/crates/new")

  func begin(_ upload: InspectedUpload?) -> UpstreamRequest { request.begin(upload) }

  func next(after response: UpstreamResponse) -> UpstreamStep {
    guard (200..<300).contains(response.status),
      let answer = try? StrictJSON.parseObject(response.body, limits: .init(depthOfUniqueNames: 0)),
      answer.members.contains(where: { $0.name == "errors" && $0.value.array != nil })
    else { return .relay }
    return .refuse(status: 400)
  }
}
