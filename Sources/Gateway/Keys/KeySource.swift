import Configuration
import StrictParsers

/// Where an issuer's keys come from.
enum KeySource: Hashable, Sendable {
  /// The discovery document names them. `known` is the one `jwks_uri` outside of the issuer's origin that is accepted.
  case discovery(KeyURL, known: KeyURL?)
  case url(KeyURL)
  /// No network at all.
  case file(String)

  /// The bytes of the JWK set. All of it together ends at the deadline.
  func load(
    issuer: ExactString, through fetcher: any KeyFetching, until deadline: ContinuousClock.Instant
  ) async throws(KeyFailure) -> FetchedDocument {
    switch self {
    case .file(let path): return FetchedDocument(body: try Self.read(path), maxAge: nil)
    case .url(let url): return try await Self.fetch(url, through: fetcher, until: deadline)
    case .discovery(let url, let known):
      guard let place = url.discovery() else { throw .fetch(.urlRefused) }
      let document = try await Self.fetch(place, through: fetcher, until: deadline)
      let keys = try Self.keys(named: document.body, issuer: issuer, at: url.origin, known: known)
      return try await Self.fetch(keys, through: fetcher, until: deadline)
    }
  }

  private static func read(_ path: String) throws(KeyFailure) -> [UInt8] {
    do throws(FetchFailure) { return try KeyFile.read(path) } catch { throw .fetch(error) }
  }

  private static func fetch(
    _ url: KeyURL, through fetcher: any KeyFetching, until deadline: ContinuousClock.Instant
  ) async throws(KeyFailure) -> FetchedDocument {
    do throws(FetchFailure) { return try await fetcher.fetch(url, until: deadline) } catch { throw .fetch(error) }
  }

  /// OpenID Connect Discovery 1.0, section 4.3: the document's issuer must be the one that was asked.
  private static func keys(
    named document: [UInt8], issuer: ExactString, at origin: KeyURL.Origin, known: KeyURL?
  ) throws(KeyFailure) -> KeyURL {
    let object: JSONObject
    do { object = try StrictJSON.parseObject(document) } catch { throw .discovery(error) }
    guard object["issuer"]?.string == issuer else { throw .foreignIssuer }
    guard let url = object["jwks_uri"]?.string.flatMap({ KeyURL($0) }), url.origin == origin || url == known else { throw .foreignKeys }
    return url
  }
}
