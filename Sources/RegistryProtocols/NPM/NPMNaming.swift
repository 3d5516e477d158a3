package import StrictParsers

/// Names in any case; versions by SemVer, without build metadata.
package struct NPMNaming: PackageNaming {
  package func canonicalName(_ written: ExactString) -> ExactString? { NPMName(written)?.canonical }

  package func canonicalPattern(_ written: ExactString) -> ExactString? { NPMName.canonicalPattern(written) }

  package func canonicalVersion(_ written: ExactString) -> ExactString? { SemanticVersion(written)?.identity }
}
