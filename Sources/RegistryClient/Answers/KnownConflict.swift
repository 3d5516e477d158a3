import StrictParsers

/// How registries say that they have a file already and keep it: each in words of its own, with a status of its own.
enum KnownConflict {
  private static let statuses: Set<Int> = [400, 403, 409, 422]

  /// Of pypiserver, devpi, PyPI, Gitea and Kellnr; of Nexus; of Artifactory; of GitLab; of Azure Artifacts; of crates.io; of RubyGems.org; of Geminabox; of npmjs.com; of
  /// Verdaccio.
  /// twine's `--skip-existing` looks for most of the first five.
  private static let words = [
    "already exist", "updating asset", "overwrite artifact", "already been taken", "already contains file", "already uploaded",
    "repushing of gem versions", "updating an existing gem", "cannot publish over", "is already present",
  ].map { Array($0.utf8) }

  static func isTold(status: Int, reason: ArraySlice<UInt8>, body: [UInt8]) -> Bool {
    guard statuses.contains(status) else { return false }
    return [Array(reason), body].map { ASCII.lowercased($0) }.contains { text in words.contains { text.holds($0) } }
  }
}
