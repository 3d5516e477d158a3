package import PublisherPolicy
package import StrictParsers
package import TokenVerification

/// How the clients and registries of one ecosystem speak.
package protocol RegistryProtocol: Sendable {
  /// As the configuration, records and metrics write it.
  static var name: String { get }

  static var naming: any PackageNaming { get }

  /// The paths beyond the plain ones that its clients send. By default none.
  static var pathRules: PathRules { get }

  /// How a registry is asked whether it takes the service credential.
  static var publishProbe: PublishProbe { get }

  /// Where a registry lists what it has, below its own path: to tell whether everybody may read. By default nowhere.
  static var listings: [String] { get }

  /// The keys of a registry's configuration that only this ecosystem's registries have. By default none.
  static var options: [any OptionKey] { get }

  /// - Parameter options: Made of the ecosystem's own keys.
  init(_ site: RegistrySite, _ options: RegistryOptions) throws(OptionProblem)

  /// Whether each upload says its version, so that a tag can be compared with it. By default it does.
  var namesVersion: Bool { get }

  /// What an upload of a file would publish, from its name and its content alone; `nil` if the ecosystem's files do not say.
  ///
  /// Slow: it may read the whole file.
  /// - Parameter budget: asked at short intervals; the file is refused once it is spent.
  func target(ofFile name: ExactString, _ artifact: any RandomAccessBytes, _ budget: WorkBudget) throws(UploadRefusal) -> PublishTarget?

  /// What the request wants, from its head alone. `path` is the request's path below the registry's public prefix.
  func route(_ head: RequestHead, path: RoutedPath) throws(RouteRefusal) -> Operation

  /// How the registry is asked whether it has the upload's package, or its file: it has, if one of the answers says so.
  func questions(_ subject: ExistenceProbe.Subject, _ target: PublishTarget, path: RoutedPath) -> [ExistenceProbe]

  /// What an upload to `path` appends to the path of the registry's own URL, which ends without a slash.
  func publishPath(for path: RoutedPath) -> ExactString

  /// The one credential of the request.
  func credential(in head: RequestHead) throws(CredentialRefusal) -> PresentedCredential

  /// Reads the body of a publish that does not say in its head what it would publish.
  func inspector(for head: RequestHead, path: RoutedPath) throws(UploadRefusal) -> any BodyInspector

  /// How this ecosystem's clients must hear a refusal, so that they show its reason.
  func answer(refusing refusal: ClientRefusal) -> LocalResponse
}

extension RegistryProtocol {
  package static var pathRules: PathRules { [] }
  package static var listings: [String] { [] }
  package static var options: [any OptionKey] { [] }
  package var namesVersion: Bool { true }
}

/// A request's path below its registry's public prefix.
package struct RoutedPath: Sendable {
  /// As it stood in the request, beginning with `/`; empty where the prefix itself was asked for.
  package let raw: ExactString
  /// Decoded once; a trailing slash leaves an empty last segment.
  package let segments: [ExactString]
  /// What follows `?`, as it stood; `nil` if there is none.
  package let query: ExactString?

  package init(raw: ExactString, segments: [ExactString], query: ExactString?) {
    self.raw = raw
    self.segments = segments
    self.query = query
  }

  /// The raw path up to its first `count` segments, without a slash behind them.
  func prefix(segments count: Int) -> ExactString {
    let parts = raw.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).prefix(count + 1)
    return ExactString(parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/"))
  }
}

package enum Operation: Sendable {
  /// An upload.
  case publish(PublishPlan)
  /// A GET or HEAD that the registry may answer.
  case read
}

/// The two ways in which a body can travel.
package enum PublishPlan: Sendable {
  /// The head says what would be published: decide, then stream.
  case namedByPath(PublishTarget)
  /// The body says what would be published: spool and inspect it, decide, then send.
  case namedInBody
}

package enum PresentedCredential: Sendable {
  /// Three dotted parts: an OIDC token, still to be verified.
  case oidc([UInt8])
  /// One of our upload tokens, by its form and checksum.
  case uploadToken(UploadToken)
}

/// Reads an upload's body as it arrives.
///
/// Feed it the body in order. What `receive` yields as file bytes must be kept by the caller, in order; nothing else need be.
package protocol BodyInspector: Sendable {
  /// Reads the next bytes. `file` is called with each run of the artifact's own bytes, in order.
  mutating func receive(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) throws(UploadRefusal)

  /// Bytes that it holds in memory: fields of the form, with what keeping them costs.
  var bufferedBytes: Int { get }

  /// What the upload would publish, as soon as its form has named it: the policy can be asked before the artifact has arrived.
  var announcedTarget: PublishTarget? { get }

  /// What `finish` will compare beside SHA-256. Once `announcedTarget` is known, only what the form has stated so far; before, all that it
  /// might state. `finish` reads the artifact again for what was not computed, so that this saves time and decides nothing.
  var digestsToCompute: Set<ArtifactDigest> { get }

  /// Reads the artifact itself once all of the body was received, and says what must go upstream. Slow: it may read the whole artifact.
  /// - Parameter budget: asked at short intervals; the upload is refused once it is spent.
  func finish(artifact: any RandomAccessBytes, digests: ArtifactDigests, budget: WorkBudget) throws(UploadRefusal) -> InspectedUpload
}

/// An upload of which every part agrees on what it is.
package struct InspectedUpload: Sendable {
  package let target: PublishTarget
  /// `Content-Type` of the body that goes upstream.
  package let contentType: String
  /// Goes upstream before the artifact's bytes.
  package let prefix: [UInt8]
  /// Goes upstream after the artifact's bytes.
  package let suffix: [UInt8]

  package init(target: PublishTarget, contentType: String, prefix: [UInt8], suffix: [UInt8]) {
    self.target = target
    self.contentType = contentType
    self.prefix = prefix
    self.suffix = suffix
  }
}
