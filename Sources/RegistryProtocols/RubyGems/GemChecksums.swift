import Digests
import StrictParsers

/// The digests that `checksums.yaml.gz` states of the two other files of a gem.
struct GemChecksums: Sendable {
  static let files: Set<ExactString> = [GemArchive.metadata, GemArchive.data]

  /// The names and values that Ruby 1.9 wrote.
  private static let binary: ExactString = "!binary"

  private enum Algorithm: String { case sha1 = "SHA1", sha256 = "SHA256", sha512 = "SHA512" }

  private var stated: [(file: ExactString, algorithm: Algorithm, digest: [UInt8])] = []

  init(parsing bytes: [UInt8], _ budget: WorkBudget) throws(UploadRefusal) {
    let root: YAMLNode
    do throws(YAMLError) { root = try StrictYAML.parse(bytes, tags: [Self.binary], budget: budget) } catch {
      throw UploadRefusal(error, in: GemArchive.checksums, bytes)
    }
    var algorithms: Set<Algorithm> = []
    for entry in root.mapping?.entries ?? [] {
      guard let algorithm = Self.text(entry.key).flatMap({ Algorithm(rawValue: $0.text) }), algorithms.insert(algorithm).inserted,
        let digests = entry.value.mapping, Set(digests.entries.compactMap { Self.text($0.key) }) == Self.files, digests.entries.count == 2
      else { throw .gem(.checksums) }
      for digest in digests.entries {
        guard let file = Self.text(digest.key), let value = Self.text(digest.value).flatMap({ Hex.decode($0.utf8) }) else {
          throw .gem(.checksums)
        }
        stated.append((file, algorithm, value))
      }
    }
    guard root.tag == nil, !algorithms.isEmpty else { throw .gem(.checksums) }
  }

  /// Compares the digests that are stated of a file with its own.
  func verify(_ content: some RandomAccessBytes, named file: ExactString, _ budget: WorkBudget) throws(UploadRefusal) {
    let stated = stated.filter { $0.file == file }
    let further = Set(stated.compactMap { Self.artifactDigest($0.algorithm) })
    let digests = try ArtifactDigests.of(content, further, budget)
    for statement in stated {
      let digest =
        switch statement.algorithm {
        case .sha1: digests.sha1
        case .sha256: digests.sha256.bytes
        case .sha512: digests.sha512
        }
      // A libcrypto in FIPS mode may lack SHA-1. What can't be computed proves nothing.
      guard digest == nil || digest == statement.digest else { throw .digestMismatch(GemArchive.checksums) }
    }
  }

  private static func artifactDigest(_ algorithm: Algorithm) -> ArtifactDigest? {
    switch algorithm {
    case .sha1: .sha1
    case .sha256: nil
    case .sha512: .sha512
    }
  }

  /// A string, or one that is written in base64 because Ruby took it for bytes. A plain digest may look like a number, and is read as it stands.
  private static func text(_ node: YAMLNode) -> ExactString? {
    guard let text = node.scalar?.text else { return nil }
    guard node.tag == binary else { return node.tag == nil || node.tag == "!" ? text : nil }
    let base64 = text.utf8.filter { $0 != 0x0A && $0 != UInt8(ascii: " ") }
    return (try? Base64.decode(base64)).flatMap { ExactString(utf8: $0) }
  }
}
