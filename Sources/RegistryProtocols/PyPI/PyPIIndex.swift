import StrictParsers

/// The pages of an index that installers read (PEP 503, PEP 691): where a registry's links to its files stand.
enum PyPIIndex {
  private static let html: Set<ExactString> = [
    "text/html", "application/xhtml+xml", "application/vnd.pypi.simple.v1+html", "application/vnd.pypi.simple.latest+html",
  ]
  private static let json: Set<ExactString> = [
    "application/json", "application/vnd.pypi.simple.v1+json", "application/vnd.pypi.simple.latest+json",
  ]

  /// Whether a path below an index is one of its pages, or of the files that some indexes keep beside them.
  static func isBeside(_ path: RoutedPath) -> Bool { path.segments.first == "simple" || path.segments.first == "+simple" }

  /// The list of all projects of a mirror of PyPI has some 40 MiB.
  static let rewrite = DocumentRewrite(limit: 64 << 20, mediaTypes: html.union(json)) { document, links in
    json.contains(document.mediaType)
      ? JSONLinks.rewrite(document.body, under: "url", links) : HTMLLinks.rewrite(document.body, links)
  }
}
