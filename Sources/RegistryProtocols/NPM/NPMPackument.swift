import PublisherPolicy
import StrictParsers

/// What a registry says of a package: its versions, and where their files are.
enum NPMPackument {
  /// The largest packuments of the public registry have some 100 MiB; few have a tenth.
  static let rewrite = DocumentRewrite(limit: 64 << 20, mediaTypes: ["application/json", "application/vnd.npm.install-v1+json"]) {
    document, links in
    JSONLinks.rewrite(document.body, under: "tarball", isAbsolute: true, links)
  }

  /// Asks under the written name, which is what the registry will be asked to publish, and under the one in lower case: some registries keep them apart.
  static func probes(_ subject: ExistenceProbe.Subject, _ target: PublishTarget) -> [ExistenceProbe] {
    let canonical = target.package.canonical
    return (target.writtenName == canonical ? [canonical] : [target.writtenName, canonical]).compactMap { NPMName($0) }.map { name in
      // The name in lower case leads to no package but the one that the registry would take it for.
      let isStatusEnough = subject == .package && name.written == canonical
      return ExistenceProbe(.get, ExactString("/\(name.segment)"), bodyLimit: isStatusEnough ? 0 : rewrite.limit) { answer in
        let existence = Existence(ofStatus: answer.status)
        guard existence == .exists else { return existence }
        guard !isStatusEnough else { return found(as: name.written, target) }
        guard let outline = JSONOutline(of: answer.body, string: "name", namesIn: "versions") else { return .unknown }
        let isThere = subject == .package || outline.names.contains { isVersion($0, target.version) }
        return isThere ? found(as: outline.string ?? name.written, target) : .absent
      }
    }
  }

  private static func found(as name: ExactString, _ target: PublishTarget) -> Existence {
    name == target.writtenName ? .exists : .existsAs(name)
  }

  private static func isVersion(_ written: ExactString, _ version: PublishTarget.Version?) -> Bool {
    written == version?.written || (SemanticVersion(written)?.identity).map { $0 == version?.canonical } ?? false
  }
}
