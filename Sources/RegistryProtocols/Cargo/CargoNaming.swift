package import StrictParsers

/// Names in any case, with `-` and `_` alike; versions by SemVer, without build metadata.
package struct CargoNaming: PackageNaming {
  package func canonicalName(_ written: ExactString) -> ExactString? { CrateName(written)?.canonical }

  package func canonicalPattern(_ written: ExactString) -> ExactString? { CrateName.canonicalPattern(written) }

  package func canonicalVersion(_ written: ExactString) -> ExactString? { SemanticVersion(written)?.identity }
}
