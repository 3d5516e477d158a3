import PublisherPolicy
import TestSupport
import Testing

@testable import Configuration

@Suite("A publisher in a configuration file") struct SettingsPublisherTests {
  @Test(
    "is told what is wrong with it",
    arguments: [
      (", create: some", "error: publishers.0.create: must be named or any or none (none?)"),
      (", pin: some", "error: publishers.0.pin: must be ids or names"),
      (
        ", pin: names",
        "error: publishers.0.pin: names is for tokens that have ids only where the job asks for them; those of github have ids without being asked for them"
      ),
      (", expires: tomorrow", "error: publishers.0.expires: \"tomorrow\" is not a date: YYYY-MM-DD"),
      (", name: x", "error: publishers.0.name: there is no such key here"),
      // RubyGems' policies have effects. Here an entry allows, and nothing denies.
      (", effect: unknown", "error: publishers.0.effect: there is no such key here"),
      (", deny: {python: x}", "error: publishers.0.deny: there is no such key here"),
    ])
  func members(written: String, complaint: String) { #expect(SettingsSample(publisher: written).complaints == [complaint]) }

  @Test(
    "is told what is wrong with its conditions",
    arguments: [
      ("{}", ["error: publishers.0.when: `when` constrains nothing that tells one repository from another"]),
      ("{sub: x, aud: y}", ["error: publishers.0.when: `when` constrains nothing that tells one repository from another"]),
      ("[]", ["error: publishers.0.when: must be a mapping"]),
      (
        "{repository: acme/*, environment: x}",
        [
          "error: publishers.0.when: `when` needs one of repository_id, repository_owner_id: names can be given up and taken by strangers, and ids are learnt only where each repository is written out"
        ]
      ),
      ("{repository: [acme/widgets, acme/gadgets], environment: x}", []),
      // RubyGems refuses a number to be compared with text. Here a whole number is its digits: ids are numbers that nobody puts in quotes.
      ("{repository: acme/widgets, repository_owner_id: 42, environment: 3}", []),
      (
        "{repository: acme/widgets, repository_owner_id: 42, ref: \"refs/tags/v{version}\"}",
        ["error: publishers.0.when.ref: {version} stands for the upload's version in `tag` only, where the tokens of github tell a tag"]
      ),
      (
        "{environment: x}",
        ["error: publishers.0.when: `when` does not say whose tokens are meant: add repository, repository_id or repository_owner_id"]
      ),
      (
        "{repository: acme/widgets, repository_owner_id: 42}",
        [
          "warning: publishers.0.when: any branch and any environment of the repository may publish: add environment, tag, ref or ref_protected"
        ]
      ),
      (
        "{repository: acme/widgets, repository_owner_id: 42, environment: \"**\"}",
        ["warning: publishers.0.when.environment: a wildcard alone matches everything"]
      ),
      (
        "{repository: acme/widgets, repository_owner_id: 42, environment: x, event_name: workflow_run}",
        ["warning: publishers.0.when.event_name: workflow_run runs what a stranger sent with the repository's identity"]
      ),
      (
        "{repository: acme/widgets, repository_owner_id: 42, enviroment: x, ref: refs/y}",
        ["error: publishers.0.when.enviroment: github has no condition of this name (environment?)"]
      ),
      ("{repository: acme, repository_owner_id: 42, environment: x}", ["error: publishers.0.when.repository: \"acme\" must be OWNER/NAME"]),
      (
        "{repository: acme/widgets, repository_owner_id: \"4?\", environment: x}",
        ["error: publishers.0.when.repository_owner_id: \"4?\" must be a number: a pattern would pin nothing"]
      ),
      ("{repository: acme/widgets, repository_owner_id: 42, environment: }", ["error: publishers.0.when.environment: is empty"]),
      ("{repository: acme/widgets, repository_owner_id: 42, environment: [a, \"\"]}", ["error: publishers.0.when.environment.1: is empty"]),
      (
        "{repository: acme/widgets, repository_owner_id: 42, environment: []}",
        ["error: publishers.0.when.environment: a value is empty, which nothing would match"]
      ),
      (
        "{repository: acme/widgets, repository_owner_id: 42, environment: {a: b}}",
        ["error: publishers.0.when.environment: must be a single value"]
      ),
      (
        "{repository: acme/widgets, repository_owner_id: 42, environment: {string_equals: x}}",
        ["error: publishers.0.when.environment: must be a single value"]
      ),
      (
        "{repository: acme/widgets, repository_owner_id: 42, environment: [[a]]}",
        ["error: publishers.0.when.environment.0: must be a single value"]
      ),
    ])
  func conditions(when: String, complaints: [String]) { #expect(SettingsSample(when: when).complaints == complaints) }

  @Test(
    "is told what is wrong with its packages",
    arguments: [
      ("{}", "named", ["error: publishers.0.when: it may publish nothing: may_publish is empty"]),
      ("[]", "named", ["error: publishers.0.may_publish: must be a mapping"]),
      ("{python: []}", "named", ["error: publishers.0.may_publish.python: it names no package"]),
      ("{python: }", "named", ["error: publishers.0.may_publish.python: is empty"]),
      ("{python: \"a b\"}", "named", ["error: publishers.0.may_publish.python: \"a b\" is not a package's name of the protocol pypi"]),
      ("{python: [a, -b]}", "named", ["error: publishers.0.may_publish.python.1: \"-b\" is not a package's name of the protocol pypi"]),
      ("{pyton: a}", "named", ["error: publishers.0.may_publish.pyton: there is no registry \"pyton\" (python?)"]),
      ("{python: a-*}", "named", []), ("{python: a-*}", "none", []),
      ("{python: [a, \"a-*\"]}", "any", []),
      ("{python: \"*\"}", "any", ["warning: publishers.0.may_publish.python: it may publish every package of this registry"]),
      ("{python: {a: b}}", "named", ["error: publishers.0.may_publish.python: must be a single value"]),
    ])
  func packages(mayPublish: String, create: String, complaints: [String]) {
    #expect(SettingsSample(mayPublish: mayPublish, publisher: ", create: \(create)").complaints == complaints)
  }

  @Test("has an id of its own, whatever else is wrong with its namesake")
  func ids() {
    let second = "{id: widgets, issuer: github, when: {}, may_publish: {python: x}}"
    let complaints = SettingsSample.load(SettingsSample().text.replacing("}]\n", with: "}, \(second)]\n")).problems.map(\.complaint)
    #expect(
      complaints == [
        "error: publishers.1.id: the id widgets stands twice",
        "error: publishers.1.when: `when` constrains nothing that tells one repository from another",
      ])
    #expect(
      SettingsSample.load(SettingsSample().text.replacing("id: widgets", with: "id: Widgets")).problems.map(\.complaint)
        == ["error: publishers.0.id: an id is made of a-z, 0-9 and hyphens"])
  }

  @Test("is of an issuer that there is")
  func issuers() {
    #expect(
      SettingsSample.load(SettingsSample().text.replacing("issuer: github", with: "issuer: gitub")).problems.map(\.complaint)
        == ["error: publishers.0.issuer: there is no issuer \"gitub\" (github?)"])
  }

  @Test("is not blamed for an issuer or a registry that is wrong itself")
  func cascades() {
    #expect(SettingsSample(issuers: "{github: {provider: githup}}").complaints.count == 1)
    #expect(SettingsSample(audience: "pypi").complaints.count == 1)
    #expect(SettingsSample(upstream: "{url: x, credential: {none: true}}").complaints.count == 1)
  }

  @Test(
    "names no version in its tag where uploads have none",
    arguments: [
      ("/{name}/{file}", "\"v{version}\"", true), ("/{name}/{version}", "\"v{version}\"", false), ("/{name}/{file}", "\"v*\"", false),
      ("/{name}", "[x, \"v{version}\"]", true),
    ])
  func versions(template: String, tag: String, isRefused: Bool) {
    let complaints = SettingsSample(
      protocol: "generic", registry: ", template: \"\(template)\"", when: "{repository: acme/widgets, repository_owner_id: 42, tag: \(tag)}"
    ).complaints
    #expect(complaints == (isRefused ? ["error: publishers.0.when.tag: names {version}, which no upload to python has"] : []))
  }

  @Test("is missed where there is none")
  func none() {
    let text = SettingsSample().text.split(separator: "\n").filter { !$0.hasPrefix("publishers") }.joined(separator: "\n")
    #expect(SettingsSample.load(text).settings?.publishers.isEmpty == true)
    #expect(
      SettingsSample.load(text + "\npublishers: []").problems.map(\.complaint) == [
        "warning: publishers: there is no publisher, so that nothing can be published"
      ])
  }
}
