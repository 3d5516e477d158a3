import Configuration
import RegistryProtocols

/// What a registry answers to a publish of nothing and to reads, as statuses.
struct ProbeAnswers: Sendable {
  /// To a publish with the credential.
  let known: Int
  /// To a publish without it; `nil` if there is none, or there was no answer.
  var unknown: Int?
  /// What it gives to everybody who reads it.
  var openPage: String?

  struct Finding: Hashable, Sendable {
    /// Below the registry's own.
    let key: String
    let severity: SettingsProblem.Severity
    let message: String
  }

  func findings(of settings: RegistrySettings, _ probe: PublishProbe) -> [Finding] {
    if probe.isRefusal(known, unknown: unknown) {
      return [Finding(key: "upstream.credential", severity: .error, message: "the registry refuses the credential: it answers \(known)")]
    }
    if (300..<400).contains(known) {
      return [url(.error, "the registry redirects a publish (\(known)): it must be the final URL")]
    }
    if let wrong = probe.misplacement(known) {
      return [url(wrong.isCertain ? .error : .warning, "\(wrong.answer) (\(known)): \(wrong.remedy)")]
    }
    var findings: [Finding] = []
    if known >= 500 { findings.append(url(.warning, "the registry answers \(known) to a publish of nothing: see that it works")) }
    if let unknown, let open = openness(unknown, probe) { findings.append(url(.warning, open)) }
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

  private func openness(_ unknown: Int, _ probe: PublishProbe) -> String? {
    switch probe.guarding(unknown) {
    case .guarded: nil
    case .unclear(let advice): "the registry answers \(unknown) without asking for a credential: \(advice)"
    case .open: "the registry answers \(unknown) to a publish without a credential: everybody who reaches it may publish"
    }
  }
}
