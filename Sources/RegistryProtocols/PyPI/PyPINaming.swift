package import StrictParsers

/// Names by PEP 503, versions by PEP 440.
package struct PyPINaming: PackageNaming {
  package func canonicalName(_ written: ExactString) -> ExactString? { PyPIName(written)?.canonical }

  package func canonicalPattern(_ written: ExactString) -> ExactString? { PyPIName.canonicalPattern(written) }

  package func canonicalVersion(_ written: ExactString) -> ExactString? { PEP440Version(written)?.canonical }

  /// PEP 440's, but for what it ignores around a version: a `v`, white space.
  package func versionKey(_ written: ExactString) -> ExactString? {
    guard let version = PEP440Version(written), version.written == written, written.utf8.first.map(ASCII.isDigit) ?? false else {
      return nil
    }
    return version.key
  }
}
