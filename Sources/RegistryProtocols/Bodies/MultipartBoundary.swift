package import Digests
package import StrictParsers

/// Makes the boundary of a form that goes upstream, unforeseeably and once everything within it is known.
package typealias BoundarySource = @Sendable () throws(RandomnessUnavailable) -> ExactString

extension MultipartFormWriter {
  /// A boundary that nobody can foresee.
  package static func randomBoundary() throws(RandomnessUnavailable) -> ExactString { ExactString(Hex.encode(try SecureRandom.bytes(16))) }
}
