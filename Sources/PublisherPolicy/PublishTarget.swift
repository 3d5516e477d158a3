package import StrictParsers

/// What an upload would publish, as its own bytes say.
package final class PublishTarget: Hashable, Sendable {
  /// A package's name in the one spelling that all equivalent spellings share (PEP 503, say).
  package struct Package: Hashable, Sendable {
    package let canonical: ExactString

    package init(canonical: ExactString) { self.canonical = canonical }
  }

  package struct Version: Hashable, Sendable {
    package let written: ExactString
    /// The one spelling that all equivalent spellings share (PEP 440, say).
    package let canonical: ExactString

    package init(written: ExactString, canonical: ExactString) {
      self.written = written
      self.canonical = canonical
    }
  }

  package let registry: RegistryName
  package let package: Package
  /// The package's name as the upload spells it, which is what the registry will read.
  package let writtenName: ExactString
  package let version: Version?
  package let file: ExactString
  /// By what other names registries may keep the file, which depends on their software. It must not be there by any of them.
  package let otherFiles: [ExactString]

  /// - Parameter writtenName: `nil` if it is the canonical one, or is not known.
  package init(
    registry: RegistryName, package: Package, writtenName: ExactString? = nil, version: Version?, file: ExactString,
    otherFiles: [ExactString] = []
  ) {
    self.registry = registry
    self.package = package
    self.writtenName = writtenName ?? package.canonical
    self.version = version
    self.file = file
    self.otherFiles = otherFiles
  }

  package static func == (left: PublishTarget, right: PublishTarget) -> Bool {
    left === right
      || left.registry == right.registry && left.package == right.package && left.writtenName == right.writtenName
        && left.version == right.version && left.file == right.file && left.otherFiles == right.otherFiles
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(registry)
    hasher.combine(package)
    hasher.combine(writtenName)
    hasher.combine(version)
    hasher.combine(file)
    hasher.combine(otherFiles)
  }
}

/// What all spellings of one version share; `nil` for a text that is not a version, or where versions are the same only as they are written.
package typealias VersionKey = @Sendable (ExactString) -> ExactString?

/// What is known of an upload's version while conditions are judged.
enum JudgedVersion: Sendable {
  /// The upload has not named it yet, and only what does not hang on it is judged.
  case unknown
  /// The upload's own, or `nil` if it has none, and how its registry compares versions.
  case known(PublishTarget.Version?, key: VersionKey = { _ in nil })
}
