import Configuration
import Secrets

/// The state in which a configuration's files were seen: another one is a reason to read them again.
struct WatchedFiles: Equatable {
  /// `nil` if there was no such file.
  private let versions: [String: FileVersion?]

  /// Looks at each file that the configuration was read from, at those that it would be read from now, and at the links that Kubernetes turns.
  init(of settings: Settings) {
    let files = settings.files + settings.includes.flatMap { $0.files(SettingsDisk()) }
    let links = files.map { file in (file.lastIndex(of: "/").map { String(file[...$0]) } ?? "") + "..data" }
    versions = Dictionary(Set(files + links).map { ($0, FileVersion(of: $0)) }) { first, _ in first }
  }

  private init(_ versions: [String: FileVersion?]) { self.versions = versions }

  /// The same files, as they were seen earlier if they were: what was written while they were read is then found to be a change.
  func asSeen(in earlier: WatchedFiles) -> WatchedFiles {
    WatchedFiles(Dictionary(versions.map { ($0, earlier.versions[$0] ?? $1) }) { first, _ in first })
  }
}
