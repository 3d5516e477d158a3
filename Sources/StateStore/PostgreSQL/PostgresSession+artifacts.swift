import Digests
import PublisherPolicy
import StrictParsers

extension PostgresSession {
  func artifacts(
    of subject: BindingSubject, in package: PublishTarget.Package, of registry: RegistryName
  ) throws(PostgresFailure) -> [BoundArtifact] {
    let (key, kind): (SHA256Digest, Int64) =
      switch subject {
      case .direct(let token): (token.key, 2)
      case .uploadToken(let hash): (hash, 3)
      }
    return try run(
      """
      WITH owner AS (
        SELECT coalesce(origin, id) AS id FROM imprimatur.credentials WHERE key = $1 AND kind = $2
      )
      SELECT name, version, digest, md5, sha1, sha512 FROM (
        SELECT f.name, r.version, f.digest, f.md5, f.sha1, f.sha512, f.place
          FROM owner JOIN imprimatur.files f ON f.credential = owner.id AND f.package_key = $3
          JOIN imprimatur.releases r ON r.credential = owner.id AND r.package_key = $3
          WHERE f.digest IS NOT NULL
        UNION ALL SELECT v.name, v.version, v.digest, v.md5, v.sha1, v.sha512, v.place
          FROM owner JOIN imprimatur.revisions v ON v.credential = owner.id AND v.package_key = $3
      ) sent ORDER BY place DESC LIMIT \(BoundArtifact.most)
      """, .digest(key), .integer(kind), .digest(TextKey.digest(of: ExactString(registry.description), package.canonical))
    ).map { row throws(PostgresFailure) in
      guard let sha256 = try row.optionalDigest(2) else { throw .unexpectedAnswer }
      return BoundArtifact(
        name: try row.text(0), version: try row.optionalText(1),
        digests: ArtifactDigests(
          sha256: sha256, md5: try row.optionalBytes(3), sha1: try row.optionalBytes(4), sha512: try row.optionalBytes(5)))
    }
  }
}
