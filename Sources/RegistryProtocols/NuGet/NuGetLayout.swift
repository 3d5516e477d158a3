import StrictParsers

/// Where a registry takes uploads, by its URL: what `nuget push -Source` takes.
struct NuGetLayout: Hashable, Sendable {
  private enum Place: Hashable {
    /// A server's root, or the URL of pushes at one.
    case root
    /// The URL of pushes, wherever it is.
    case push
    /// A service index, below the base path, which says the places of uploads.
    case index(ExactString)
  }

  private static let indexName = "/index.json"
  private static let pushPath = "/api/v2/package"
  private static let indexFolder = "/v3"
  /// Where servers have their service index.
  private static let usualIndexes: [ExactString] = ["/v3/index.json", "/index.json"]

  private let place: Place
  /// The path below which all of the registry lies, without a slash at its end.
  let basePath: ExactString

  /// - Parameter path: That of the URL, without a slash at its end.
  init(_ path: ExactString) {
    func dropping(_ suffix: String, of text: String) -> String? {
      ASCII.equalIgnoringCase(text.utf8.suffix(suffix.utf8.count), suffix.utf8) ? String(text.dropLast(suffix.count)) : nil
    }
    if let folder = dropping(Self.indexName, of: path.text) {
      let base = dropping(Self.indexFolder, of: folder) ?? folder
      basePath = ExactString(base)
      place = .index(ExactString(path.text.dropFirst(base.count)))
    } else if let root = dropping(Self.pushPath, of: path.text) {
      basePath = ExactString(root)
      place = .root
    } else {
      basePath = path
      place = path.isEmpty ? .root : .push
    }
  }

  /// The layout of a registry at a URL; at a socket of the machine there are only roots.
  init(url: ExactString?) {
    let authority = url?.utf8.drop { $0 != UInt8(ascii: "/") }.dropFirst(2)
    self.init(authority.map { ExactString(Substring($0.drop { $0 != UInt8(ascii: "/") })) } ?? "")
  }

  /// Where clients find a service index. If the registry's URL is that of one, it is the first.
  var indexes: [ExactString] {
    guard case .index(let path) = place else { return Self.usualIndexes }
    return [path] + Self.usualIndexes.filter { $0 != path }
  }

  /// Whether a path is that of a service index to some server: to those of Windows in any case, and with a slash at its end.
  func isIndex(_ path: RoutedPath) -> Bool {
    let segments = path.segments.last == "" ? path.segments.dropLast() : path.segments[...]
    let decoded = ExactString(segments.map { "/\($0)" }.joined())
    return indexes.contains { ASCII.equalIgnoringCase($0, decoded) }
  }

  /// Where uploads go, with the slash at its end that clients send; `nil` if the index says it.
  private func path(of kind: NuGetPackageKind) -> ExactString? {
    switch (place, kind) {
    case (.root, _): ExactString("/\(kind.publicPath)/")
    case (.push, .package): "/"
    case (.push, .symbols): "/symbolpackage/"
    case (.index, _): nil
    }
  }

  func exchange(of kind: NuGetPackageKind) -> any UpstreamExchange {
    if let path = path(of: kind) { return SingleRequest(.put, path) }
    return NuGetPush(index: indexes[0], resource: kind.resource)
  }

  /// Where a service index says where uploads go, its path.
  var index: ExactString? { if case .index(let path) = place { path } else { nil } }

  var publishProbe: PublishProbe {
    Self.publishProbe(
      at: path(of: .package) ?? (indexes[0] == Self.usualIndexes[0] ? ExactString("\(Self.pushPath)/") : "/"),
      isCertain: path(of: .package) != nil)
  }

  /// A form without a package.
  static func publishProbe(at path: ExactString, isCertain: Bool) -> PublishProbe {
    PublishProbe(
      .put, at: path, contentType: "multipart/form-data; boundary=nothing", body: "--nothing--\r\n", forbidden: .credential,
      misplacement: PublishProbe.Misplacement(
        [404, 405, 410], isCertain: isCertain, answer: "the registry takes no package there",
        remedy: "it must be what `nuget push -Source` would be given"),
      unknownMethod: nil)
  }
}
