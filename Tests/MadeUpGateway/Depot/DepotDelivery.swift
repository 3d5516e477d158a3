import PublisherPolicy
import RegistryProtocols
import StrictParsers

/// What one delivery becomes upstream: a slot is asked for, filled, and closed, after which the client is told where the crate lies.
struct DepotDelivery: UpstreamExchange {
  private enum Step { case asking, filling, closing }

  private let shelf: DepotProtocol.Shelf
  private let label: ExactString
  private var upload: InspectedUpload?
  private var step = Step.asking

  init(shelf: DepotProtocol.Shelf, label: ExactString) {
    self.shelf = shelf
    self.label = label
  }

  /// As one segment of a path.
  static func segment(_ package: PublishTarget.Package) -> ExactString {
    ExactString(package.canonical.text.replacing("/", with: "%2f"))
  }

  mutating func begin(_ upload: InspectedUpload?) -> UpstreamRequest {
    self.upload = upload
    return UpstreamRequest(.get, ExactString("/slots?shelf=\(shelf.rawValue)&label=\(label)"))
  }

  mutating func next(after response: UpstreamResponse) throws(UnexpectedResponse) -> UpstreamStep {
    guard (200..<300).contains(response.status) else { return .relay }
    switch step {
    case .asking:
      guard let upload, let slot = Self.member("slot", of: response), let target = response.links.target(of: slot.utf8) else {
        throw UnexpectedResponse()
      }
      step = .filling
      return .send(UpstreamRequest(.put, target, .segments(upload.segments, contentType: ExactString(upload.contentType))))
    case .filling:
      guard let close = try? response.fields.single(named: "location"), let target = response.links.target(of: close) else {
        throw UnexpectedResponse()
      }
      step = .closing
      return .send(UpstreamRequest(.get, target))
    case .closing:
      guard let crate = Self.member("crate", of: response), let url = response.links.rewrite(crate.utf8) else { throw UnexpectedResponse() }
      return .respond(
        LocalResponse(status: 201, reason: "Delivered", contentType: "text/plain", body: [], fields: [(name: "location", value: url)]))
    }
  }

  private static func member(_ name: ExactString, of response: UpstreamResponse) -> ExactString? {
    (try? StrictJSON.parseObject(response.body))?[name]?.string
  }
}
