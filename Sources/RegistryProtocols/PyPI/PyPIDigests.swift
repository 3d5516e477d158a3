import Digests
import StrictParsers

/// The digests that a form states, held against the artifact's.
enum PyPIDigests {
  /// All that a form can state beside SHA-256.
  static let all: Set<ArtifactDigest> = [.md5, .blake2b256]

  /// Which digests beside SHA-256 have to be computed.
  static func stated(in form: PyPIForm) -> Set<ArtifactDigest> {
    var stated: Set<ArtifactDigest> = []
    if form.states(PyPIFormField.md5) { stated.insert(.md5) }
    if form.states(PyPIFormField.blake2b256) { stated.insert(.blake2b256) }
    return stated
  }

  /// Compares each digest that the form states. What was not computed on the way is computed here.
  static func verify(
    _ form: PyPIForm, artifact: some RandomAccessBytes, digests: ArtifactDigests, _ budget: WorkBudget
  ) throws(UploadRefusal) {
    try compare(form, PyPIFormField.sha256, SHA256Digest.length, digests.sha256.bytes)
    let stated = stated(in: form)
    guard !stated.isEmpty else { return }
    let isComplete = (!stated.contains(.md5) || digests.md5 != nil) && (!stated.contains(.blake2b256) || digests.blake2b256 != nil)
    let digests = isComplete ? digests : try ArtifactDigests.of(artifact, stated, budget)
    // A libcrypto in FIPS mode has no MD5. It proves nothing, and the registry compares it as well.
    if let md5 = digests.md5 { try compare(form, PyPIFormField.md5, MD5.length, md5) }
    if let blake2b256 = digests.blake2b256 { try compare(form, PyPIFormField.blake2b256, BLAKE2b256.length, blake2b256) }
  }

  private static func compare(_ form: PyPIForm, _ name: ExactString, _ length: Int, _ digest: [UInt8]) throws(UploadRefusal) {
    guard form.states(name), let value = form.value(of: name) else { return }
    guard let stated = Hex.decode(value), stated.count == length else { throw .malformedField(name) }
    guard stated == digest else { throw .digestMismatch(name) }
  }
}
