import Configuration
import PublisherPolicy
import RegistryClient
import RegistryProtocols
import StrictParsers

/// A registry of the configuration, with what is needed to speak for it and to it.
final class Registry: Sendable {
  let settings: RegistrySettings
  let `protocol`: any RegistryProtocol
  /// Where what the policy allows is sent, with our certificate if we have one.
  let origin: UpstreamOrigin
  /// The same place for what others send on their own account, without it.
  let openOrigin: UpstreamOrigin
  let credential: ServiceCredentialSource
  /// `nil` if the registry takes the credential itself.
  let tokens: RegistryTokens?
  let standing: CredentialStanding
  let probe: CredentialProbe
  /// What of its answers tells where it is.
  let address: UpstreamAddress
  /// `scheme://host[:port]` as clients reach it; `nil` if only their requests tell.
  let publicOrigin: ExactString?

  init(
    settings: RegistrySettings, protocol: any RegistryProtocol, origin: UpstreamOrigin, openOrigin: UpstreamOrigin,
    credential: ServiceCredentialSource, tokens: RegistryTokens?, standing: CredentialStanding, probe: CredentialProbe,
    address: UpstreamAddress,
    publicOrigin: ExactString?
  ) {
    self.settings = settings
    self.protocol = `protocol`
    self.origin = origin
    self.openOrigin = openOrigin
    self.credential = credential
    self.tokens = tokens
    self.standing = standing
    self.probe = probe
    self.address = address
    self.publicOrigin = publicOrigin
  }

  var name: RegistryName { settings.name }

  /// A target below the registry's public prefix as the registry itself knows it.
  func upstreamTarget(_ target: ExactString) -> String {
    let whole = settings.upstream.basePath + target.text
    return whole.utf8.first == UInt8(ascii: "/") ? whole : "/" + whole
  }

  /// How this registry's URLs become public ones in the answer to a request.
  func linkRewrite(for head: RequestHead, _ configuration: ConfigurationSnapshot) -> LinkRewrite {
    links(to: publicOrigin(for: head, configuration), settings.path.raw)
  }

  /// What its URLs are below its own.
  var ownLinks: LinkRewrite { links(to: "", "") }

  private func links(to publicOrigin: String, _ publicPath: String) -> LinkRewrite {
    LinkRewrite(
      upstreamOrigin: "\(origin.tls == nil ? "http" : "https")://\(origin.authority)", upstreamPath: settings.upstream.basePath,
      publicOrigin: publicOrigin, publicPath: publicPath)
  }

  /// What an answer of our own may tell.
  func localContext(for head: RequestHead, _ configuration: ConfigurationSnapshot, of publisher: PublisherID? = nil) -> LocalContext {
    LocalContext(
      audience: settings.audience, publicURL: ExactString(publicOrigin(for: head, configuration) + settings.path.raw), publisher: publisher)
  }

  private func publicOrigin(for head: RequestHead, _ configuration: ConfigurationSnapshot) -> String {
    let scheme = configuration.tls == nil ? "http" : "https"
    let asked = String(decoding: head.fields.values(named: "host").first ?? [], as: UTF8.self)
    return publicOrigin?.text ?? "\(scheme)://\(asked)"
  }
}
