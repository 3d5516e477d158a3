import StrictParsers

/// The address of a run on its CI system's web site.
enum WebPage {
  /// `nil` if a part is missing, or is not all letters, digits and `-._~` between slashes: a claim must never lead anywhere but below the site.
  static func url(below site: ExactString, _ parts: [ExactString?]) -> ExactString? {
    var path = ""
    for part in parts {
      guard let part, part.segments > 0, isPlain(part) else { return nil }
      path += "/\(part)"
    }
    return ExactString(site.text + path)
  }

  private static func isPlain(_ part: ExactString) -> Bool {
    part.utf8.split(separator: UInt8(ascii: "/")).allSatisfy { segment in
      segment.allSatisfy { ASCII.isAlphanumeric($0) || "-._~".utf8.contains($0) } && !segment.allSatisfy { $0 == UInt8(ascii: ".") }
    }
  }
}
