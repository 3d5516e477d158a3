import Configuration
import StrictParsers

/// What came back from one GET.
struct FetchedDocument: Hashable, Sendable {
  let body: [UInt8]
  /// `max-age` of its Cache-Control, in seconds.
  let maxAge: Int64?
}

/// Why a document could not be had.
enum FetchFailure: Error, Hashable, Sendable {
  /// Not `https`, and not `http` to a loopback host where that is allowed; or not a URL.
  case urlRefused
  /// The name resolves only to addresses that an issuer of this configuration can't have.
  case addressRefused
  case tooLarge(limit: Int)
  /// Any status but 200, a redirect among them.
  case status(Int)
  case timedOut
  /// A file that could not be opened or read, and `errno`.
  case unreadableFile(path: String, Int32)
  /// libcurl's own words for the code with which it gave up.
  case transfer(String)
}

/// Gets documents from issuers. The tests have their own.
protocol KeyFetching: Sendable {
  func fetch(_ url: KeyURL, until deadline: ContinuousClock.Instant) async throws(FetchFailure) -> FetchedDocument
}
