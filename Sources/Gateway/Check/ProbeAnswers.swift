import RegistryProtocols

/// What a registry answers to a publish of nothing and to reads, as statuses.
struct ProbeAnswers: Sendable {
  /// To a publish with the credential.
  let known: Int
  /// To a publish without it; `nil` if there is none, or there was no answer.
  var unknown: Int?
  /// What it gives to everybody who reads it.
  var openPage: String?

  /// Where a registry of this kind lists what it has.
  static func pages(of ecosystem: Ecosystem) -> [String] {
    switch ecosystem {
    case .pypi: ["/simple/", "/+simple/"]
    case .generic: ["/"]
    }
  }

  struct Finding: Hashable, Sendable {
    /// Below the registry's own.
    let key: String
    let severity: SettingsProblem.Severity
    let message: String
  }

  func findings(of settings: RegistrySettings) -> [Finding] {
    if PublishProbe.isRefusal(known, unknown: unknown, by: settings.ecosystem) {
      return [Finding(key: "upstream.credential", severity: .error, message: "the registry refuses the credential: it answers \(known)")]
    }
    if let wrong = wrongPlace(settings.ecosystem) { return [wrong] }
    var findings: [Finding] = []
    if known >= 500 { findings.append(url(.warning, "the registry answers \(known) to a publish of nothing: see that it works")) }
    if let unknown, let open = openness(unknown, settings.ecosystem) { findings.append(url(.warning, open)) }
    if let openPage, settings.reads == .pass, unknown.map({ PublishProbe.refusing.contains($0) }) ?? false {
      findings.append(
        Finding(
          key: "reads", severity: .warning,
          message: "the registry shows \(openPage) to everybody, and so does this gateway: add `reads: refuse` unless that is meant"))
    }
    return findings
  }

  private func url(_ severity: SettingsProblem.Severity, _ message: String) -> Finding {
    Finding(key: "upstream.url", severity: severity, message: message)
  }

  private func wrongPlace(_ ecosystem: Ecosystem) -> Finding? {
    switch (known, ecosystem) {
    case (300..<400, _): url(.error, "the registry redirects a publish (\(known)): it must be the final URL")
    case (404, .pypi), (405, .pypi), (410, .pypi):
      url(.error, "the registry takes no upload there (\(known)): it must be the URL that twine would upload to")
    case (404, .generic), (410, .generic): url(.warning, "the registry has nothing there (\(known)): it must be the root of the files")
    default: nil
    }
  }

  /// Files are put below the root, not there: that nothing may be posted to it tells nothing of them.
  private func openness(_ unknown: Int, _ ecosystem: Ecosystem) -> String? {
    switch (unknown, ecosystem) {
    case (401, _), (403, _), (407, _), (404, _), (410, _), (300..<400, _), (500..., _), (405, .pypi): nil
    case (405, .generic): "the registry answers 405 without asking for a credential: see that it asks for one where files are put"
    default: "the registry answers \(unknown) to a publish without a credential: everybody who reaches it may publish"
    }
  }
}
