import StrictParsers
import Testing

@testable import PublisherPolicy
@testable import RegistryProtocols

@Suite("What an index's answer says of a package and a file") struct PyPIExistenceTests {
  private static let file: ExactString = "acme_widgets-1.0+local.1-py3-none-any.whl"

  private static func target(_ file: ExactString) -> PublishTarget {
    PublishTarget(registry: sampleRegistry, package: .init(canonical: "acme-widgets"), version: nil, file: file)
  }

  @Test(
    "finds a file under each spelling that installers take for the same",
    arguments: [
      ("acme_widgets-1.0-py3-none-any.whl", "Acme.Widgets-1.0-py3-none-any.whl", true),
      ("acme_widgets-1.0-py3-none-any.whl", "acme_widgets-1.0.0-PY3-none-any.whl", true),
      ("acme_widgets-1.0.tar.gz", "acme-widgets-1.0.tar.gz", true), ("acme_widgets-1.0.tar.gz", "ACME-widgets-1.0.0.tar.gz", true),
      ("acme_widgets-1.0+a.1-py3-none-any.whl", "acme_widgets-1.0_a.1-py3-none-any.whl", true),
      ("acme_widgets-1.0-py3-none-any.whl", "acme_widgets-1.0-0-py3-none-any.whl", false),
      ("acme_widgets-1.0-py3-none-any.whl", "acme_widgets-1.0-py2-none-any.whl", false),
      ("acme_widgets-1.0-py3-none-any.whl", "acme_widgets-1.0.1-py3-none-any.whl", false),
      ("acme_widgets-1.0.tar.gz", "acme_widgets-1.0.zip", false), ("acme_widgets-1.0.tar.gz", "acme_widgets-1.0rc1.tar.gz", false),
      ("acme_widgets-1.0.tar.gz", "acme_widgets_more-1.0.tar.gz", false),
    ] as [(ExactString, String, Bool)])
  func spellings(file: ExactString, listed: String, isFound: Bool) {
    #expect(PyPIExistence.lists(Self.target(file), Array("<a href=\"\(listed)#sha256=00\">\(listed)</a>".utf8)) == isFound)
  }

  @Test(
    "finds a file's name however it is written",
    arguments: [
      #"<a href="../../packages/acme_widgets-1.0+local.1-py3-none-any.whl#sha256=00">x</a>"#,
      #"<a href="acme_widgets-1.0%2Blocal.1-py3-none-any.whl">x</a>"#,
      #"<a href="acme_widgets-1.0%2blocal%2E1-py3-none-any.whl">x</a>"#,
      "<a href=x>acme_widgets-1.0+local.1-py3-none-any.whl</a>",
      "<a href=x>acme_widgets-1.0&#43;local.1-py3-none-any.whl</a>",
      "<a href=x>acme_widgets-1.0&#043local.1-py3-none-any.whl</a>",
      "<a href=x>acme&#x5F;widgets-1&period;0&#X2b;local.1-py3-none-any.whl</a>",
      "<a href=x>acme&lowbar;widgets-1.0&plus;local.1-py3-none-any&#46;whl</a>",
      #"<a href="acme_widgets-1.0&#37;2Blocal.1-py3-none-any.whl">x</a>"#,
      #"<a href="acme_widgets-1.0&percnt;2Blocal.1-py3-none-any.whl">x</a>"#,
      #"{"files": [{"filename": "acme_widgets-1.0+local.1-py3-none-any.whl"}]}"#,
      #"{"files": [{"filename": "acme_widgets-1.0\u002blocal.1-py3-none-any.whl"}]}"#,
    ])
  func listed(page: String) {
    #expect(PyPIExistence.lists(Self.target(Self.file), Array(page.utf8)))
  }

  @Test(
    "finds no other file's name",
    arguments: [
      "", "acme_widgets-1.0+local.1-py3-none-any.wh", "acme_widgets-1.0+local.1-py3-none-any.whl2",
      "big_acme_widgets-1.0+local.1-py3-none-any.whl", "acme_widgets-1.0+local.1-py3-none-any.whl.asc",
      "acme_widgets-1.0 local.1-py3-none-any.whl", "acme_widgets-1.0&local.1-py3-none-any.whl",
      "acme_widgets-1.0&#;local.1-py3-none-any.whl",
      "acme_widgets-1.0&#x;local.1-py3-none-any.whl", "acme_widgets-1.0&#299;local.1-py3-none-any.whl",
      "acme_widgets-1.0&#99999999999999999999;local.1-py3-none-any.whl", "acme_widgets-1.0%2", "acme_widgets-1.0%", "acme_widgets-1.0&",
      "acme_widgets-1.0&#", "acme_widgets-1.0&#x", #"acme_widgets-1.0\u002"#, #"acme_widgets-1.0\u012blocal.1-py3-none-any.whl"#,
    ])
  func notListed(page: String) {
    #expect(!PyPIExistence.lists(Self.target(Self.file), Array(page.utf8)))
  }
}
