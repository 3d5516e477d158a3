package import StrictParsers

/// Ids in any case, versions as NuGet normalises them.
package struct NuGetNaming: PackageNaming {
  package func canonicalName(_ written: ExactString) -> ExactString? { NuGetID(written)?.canonical }

  package func canonicalPattern(_ written: ExactString) -> ExactString? { NuGetID.canonicalPattern(written) }

  package func canonicalVersion(_ written: ExactString) -> ExactString? { NuGetVersion(written)?.canonical }

  package func versionKey(_ written: ExactString) -> ExactString? { NuGetVersion(written)?.key }
}
