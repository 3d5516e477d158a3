import PublisherPolicy
import StrictParsers
import TestSupport
import Testing

@testable import Configuration

@Suite("An issuer of a configuration") struct SettingsIssuerTests {
  /// Beside the issuer that the sample's publisher needs.
  private static func sample(_ written: String) -> SettingsSample {
    SettingsSample(
      issuers: "{github: {provider: github, url: \"https://own.example/_services/token\"}, other: {\(written)}}",
      files: ["/etc/imprimatur/keys.json": ""])
  }

  @Test(
    "is told what is wrong with it",
    arguments: [
      ("provider: githup", ".provider: there is no provider \"githup\" (github?)"),
      ("provider: GitHub", ".provider: there is no provider \"GitHub\" (github?)"),
      ("provider: gitea", ".provider: there is no provider \"gitea\" (forgejo?)"),
      ("provider: azure", ".provider: there is no provider \"azure\" (azure-devops?)"),
      ("provider: kubernetes", ": url is missing"), ("provider: generic, identity: [sub]", ": url is missing"),
      ("provider: generic, url: \"https://h.example\"", ": identity is missing"),
      ("provider: github, identity: [x]", ".identity: is for the provider generic: what identifies a token of github is known"),
      (
        "provider: generic, url: \"https://h.example\", identity: []",
        ".identity: names no claim, so that nobody could be told from another"
      ),
      ("provider: generic, url: \"https://h.example\", identity: aud", ".identity: \"aud\" does not tell one publisher from another"),
      (
        "provider: generic, url: \"https://h.example\", identity: [sub, jti]",
        ".identity.1: \"jti\" does not tell one publisher from another"
      ),
      ("provider: generic, url: \"https://h.example\", identity: [sub, sub]", ".identity.1: \"sub\" stands twice"),
      (
        "provider: generic, url: \"https://token.actions.githubusercontent.com/x\", identity: [sub]",
        ".url: is the service of the provider github"
      ),
      ("provider: gitlab, url: \"https://agent.buildkite.com\"", ".url: is the service of the provider buildkite"),
      ("provider: github, url: \"http://issuer.example\"", ".url: must be https, or a loopback URL with allow_http: true"),
      ("provider: github, url: \"http://127.0.0.1\"", ".url: must be https, or a loopback URL with allow_http: true"),
      ("provider: github, url: \"http://issuer.example\", allow_http: true", ".url: http is for a loopback issuer only"),
      ("provider: github, url: \"http://localhost.example\", allow_http: true", ".url: http is for a loopback issuer only"),
      (
        "provider: github, url: \"https://u@h.example\"",
        ".url: \"https://u@h.example\" is not a URL: http:// or https://, a host, perhaps a port and a path, and nothing else"
      ),
      (
        "provider: github, url: \"https://h.example?x\"",
        ".url: \"https://h.example?x\" is not a URL: http:// or https://, a host, perhaps a port and a path, and nothing else"
      ),
      (
        "provider: github, url: \"https://h.example/a//b\"",
        ".url: \"https://h.example/a//b\" is not a URL: http:// or https://, a host, perhaps a port and a path, and nothing else"
      ),
      ("provider: github, url: \"https://0x7f.1\"", ".url: \"https://0x7f.1\" is not a URL that keys may be fetched from"),
      ("provider: github, url: \"https://127.1\"", ".url: \"https://127.1\" is not a URL that keys may be fetched from"),
      ("provider: github, jwks_url: \"http://h.example/x\"", ".jwks_url: must be https, or a loopback URL with allow_http: true"),
      ("provider: github, jwks_url: h", ".jwks_url: \"h\" is not a URL that keys may be fetched from"),
      ("provider: github, jwks_url: \"https://h.example\", jwks_file: keys.json", ".jwks_file: excludes jwks_url"),
      ("provider: github, jwks_file: none.json", ".jwks_file: /etc/imprimatur/none.json can't be read"),
      ("provider: github, ca_file: none.pem", ".ca_file: /etc/imprimatur/none.pem can't be read"),
      ("provider: github, ca_file: \"\"", ".ca_file: is empty"), ("provider: github, algorithms: []", ".algorithms: names no algorithm"),
      (
        "provider: github, algorithms: [RS256, HS256]",
        ".algorithms.1: \"HS256\" is not an algorithm that is accepted: there are RS256, RS384, RS512, PS256, ES256, ES384, EdDSA (RS256?)"
      ),
      (
        "provider: github, algorithms: none",
        ".algorithms: \"none\" is not an algorithm that is accepted: there are RS256, RS384, RS512, PS256, ES256, ES384, EdDSA"
      ),
      ("provider: github, max_lifetime: 1ms", ".max_lifetime: must be between 1000 ms and 2592000000 ms"),
      ("provider: github, allow_private_network: on", ".allow_private_network: must be true or false"),
    ])
  func problems(written: String, complaint: String) { #expect(Self.sample(written).complaints == ["error: issuers.other\(complaint)"]) }

  @Test(
    "is exactly the token's `iss`, byte by byte",
    arguments: [
      "https://h.example", "https://h.example/", "https://H.example/a", "https://h.example:443", "https://h.example/a/",
      "http://127.0.0.1:1", "http://[::1]", "http://localhost:80/x", "http://127.1.2.3",
    ])
  func urls(url: String) throws {
    let issuer = try #require(try Self.sample("provider: teamcity, url: \"\(url)\", allow_http: true").settings().issuers.last)
    #expect(issuer.url.text == url)
  }

  private static let uuid = "01234567-89ab-cdef-0123-456789abcdef"
  /// What a URL is for a provider. Only of the hosts of public services is it known what they can't be called.
  enum Fit { case fitting, doubtful, impossible }

  private static let issuers: [(provider: String, url: String, fit: Fit)] = [
    ("github", "https://token.actions.githubusercontent.com", .fitting),
    ("github", "https://token.actions.githubusercontent.com/acme", .fitting),
    ("github", "https://token.actions.githubusercontent.com/acme/x", .impossible),
    ("github", "https://token.actions.githubusercontent.com/", .impossible),
    ("github", "https://token.actions.githubusercontent.com/a_b", .impossible), ("github", "https://token.actions.acme.ghe.com", .fitting),
    ("github", "https://token.actions.acme.ghe.com/acme", .fitting), ("github", "https://token.actions.a.b.ghe.com", .doubtful),
    ("github", "https://token.actions.ghe.com", .doubtful), ("github", "https://github.example/_services/token", .fitting),
    ("github", "https://github.example:8443/_services/token", .fitting), ("github", "https://github.example/_services/token/", .doubtful),
    ("github", "https://github.example", .doubtful), ("github", "https://github.com", .doubtful),
    ("gitlab", "https://gitlab.com", .fitting), ("gitlab", "https://gitlab.example/gitlab", .fitting),
    ("google", "https://accounts.google.com", .fitting), ("google", "https://accounts.google.com/", .impossible),
    // PyPI takes an issuer of one's own for GitLab alone, and refuses it for the others. Here the operator is told that it is none of their public
    // services, and may have something that stands in for one.
    ("google", "https://accounts.google.example", .doubtful), ("activestate", "https://activestate.example", .doubtful),
    ("circleci", "https://oidc.circleci.com", .fitting), ("circleci", "https://oidc.circleci.com/org/\(uuid)", .fitting),
    ("circleci", "https://oidc.circleci.com/org/acme", .impossible), ("circleci", "https://oidc.circleci.com/", .impossible),
    ("circleci", "https://circleci.example", .fitting),
    ("buildkite", "https://agent.buildkite.com", .fitting), ("buildkite", "https://buildkite.com", .doubtful),
    ("bitbucket", "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", .fitting),
    ("bitbucket", "https://api.bitbucket.org/2.0/workspaces/acme/x/pipelines-config/identity/oidc", .doubtful),
    ("bitbucket", "https://api.bitbucket.example/2.0/workspaces/acme/pipelines-config/identity/oidc", .doubtful),
    ("bitbucket", "https://api.bitbucket.org/2.0/workspaces/acme", .doubtful),
    ("azure-devops", "https://vstoken.dev.azure.com/\(uuid)", .fitting), ("azure-devops", "https://vstoken.dev.azure.com/acme", .doubtful),
    ("azure-devops", "https://login.microsoftonline.com/\(uuid)/v2.0", .doubtful),
    ("semaphore", "https://acme.semaphoreci.com", .fitting), ("semaphore", "https://acme.semaphoreci.com/", .doubtful),
    ("codefresh", "https://oidc.codefresh.io", .fitting), ("codefresh", "https://codefresh.example", .fitting),
    ("forgejo", "https://codeberg.org/api/actions", .fitting), ("forgejo", "https://gitea.example/git/api/actions/oidc", .fitting),
    ("forgejo", "https://codeberg.org", .doubtful), ("forgejo", "https://codeberg.org/api/actions/", .doubtful),
    ("jenkins", "https://jenkins.example/oidc", .fitting), ("teamcity", "https://teamcity.example", .fitting),
    ("buddy", "https://eu-oidc.buddyusercontent.com", .fitting), ("buddy", "https://app.buddy.works", .doubtful),
    ("kubernetes", "https://oidc.example/tenant/", .fitting),
    ("activestate", "https://platform.activestate.com/api/v1/oauth/oidc", .fitting),
    ("activestate", "https://platform.activestate.com", .impossible),
  ]

  @Test("has a URL that its provider can have", arguments: issuers)
  func providerURLs(provider: String, url: String, fit: Fit) throws {
    let sample = Self.sample("provider: \(provider), url: \"\(url)\"")
    switch fit {
    case .fitting:
      #expect(try sample.settings().issuers.map(\.url.text) == ["https://own.example/_services/token", url])
    case .doubtful:
      let complaint = "warning: issuers.other.url: is not what issuers of \(provider) are called: it must be "
      #expect(sample.load().settings != nil && sample.complaints.count == 1 && sample.complaints.allSatisfy { $0.hasPrefix(complaint) })
    case .impossible:
      #expect(sample.complaints.count == 1 && sample.complaints.allSatisfy { $0.hasPrefix("error: issuers.other.url: it must be ") })
    }
  }

  @Test("has the URL of its provider's public service where it names none, and must name one where there is none")
  func services() throws {
    let services = [
      "github": "https://token.actions.githubusercontent.com", "gitlab": "https://gitlab.com", "google": "https://accounts.google.com",
      "circleci": "https://oidc.circleci.com", "buildkite": "https://agent.buildkite.com", "codefresh": "https://oidc.codefresh.io",
      "activestate": "https://platform.activestate.com/api/v1/oauth/oidc",
    ]
    for (provider, url) in services {
      #expect(
        try Self.sample("provider: \(provider)").settings().issuers.map(\.url.text) == ["https://own.example/_services/token", url],
        "\(provider)")
    }
    let own = ["bitbucket", "azure-devops", "semaphore", "forgejo", "jenkins", "teamcity", "buddy", "kubernetes"]
    for provider in own {
      #expect(Self.sample("provider: \(provider)").complaints == ["error: issuers.other: url is missing"], "\(provider)")
    }
    #expect(Set(services.keys).union(own).union(["generic"]) == Set(ProviderCatalog.names))
  }

  @Test("that is generic has the claims that identify, in their order", arguments: [("sub", ["sub"]), ("[b, a]", ["b", "a"])])
  func identity(written: String, expected: [String]) throws {
    let issuer = try #require(
      try Self.sample("provider: generic, url: \"https://h.example\", identity: \(written)").settings().issuers.last)
    #expect(issuer.identity.map(\.text) == expected)
  }

  @Test("may have its keys in a document whose URL has a query")
  func query() throws {
    #expect(
      try Self.sample("provider: github, jwks_url: \"https://h.example/k?v=1\"").settings().issuers.last?.keys
        == .url("https://h.example/k?v=1"))
  }

  @Test(
    "has a name that can stand in a metric and a log",
    arguments: [("a b", false), ("\"\"", false), ("\u{212A}", false), ("a/b", false), ("A-1_x.y", true)])
  func names(name: String, isValid: Bool) {
    let complaints = SettingsSample(issuers: "{github: {provider: github}, \(name): {provider: gitlab}}").complaints
    #expect(complaints.map { $0.hasSuffix("a name is made of letters, digits, hyphens, underscores and dots") } == (isValid ? [] : [true]))
  }

  @Test("shares its URL with no other")
  func sameURL() {
    #expect(
      SettingsSample(issuers: "{github: {provider: github}, other: {provider: github}}").complaints == [
        "error: issuers.other: has the same URL as github"
      ])
    #expect(
      SettingsSample(issuers: "{}").complaints.contains("error: issuers: names no issuer, so that no token could be accepted"))
  }
}
