import PublisherPolicy
import StrictParsers

/// What a registry says of a package: its versions, and where their files are.
enum NPMPackument {
  /// The largest packuments of the public registry have some 100 MiB; few have a tenth.
  static let rewrite = DocumentRewrite(limit: 64 << 20, mediaTypes: ["application/json", "application/vnd.npm.install-v1+json"]) {
    document, links in
    JSONLinks.rewrite(document.body, under: "tarball", isAbsolute: true, links)
  }

  static func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget) -> [ExistenceProbe] {
    guard let name = NPMName(target.package.canonical) else { return [] }
    return [
      ExistenceProbe(.get, ExactString("/\(name.segment)")) { answer in
        switch (Existence(ofStatus: answer.status), subject) {
        case (.exists, .file):
          guard let versions = (try? StrictJSON.parseObject(answer.body))?["versions"]?.object else { return .unknown }
          return target.version.map { versions[$0.written] != nil } ?? false ? .exists : .absent
        case (let other, _): return other
        }
      }
    ]
  }
}
