import StrictParsers
import Testing

@testable import RegistryProtocols

@Suite("A file's name on a Python index") struct PyPIFileNameTests {
  @Test(
    "is made of the package's name and version in some tool's spelling",
    arguments: [
      ("Acme.Widgets", "1.0", "acme_widgets-1.0-py3-none-any.whl"), ("Acme.Widgets", "1.0", "Acme.Widgets-1.0-py3-none-any.whl"),
      ("Acme-Widgets", "1.0", "Acme_Widgets-1.0-1-py3-none-any.whl"),
      ("acme-widgets", "1.0", "Acme__Widgets-1.0-2b_x-cp311-abi3-linux_x86_64.whl"),
      ("acme", "1.0+Local.1", "acme-1.0+local.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"),
      ("acme", "1.0+Local.1", "acme-1.0_local.1-py2.py3-none-any.whl"), ("acme", "1.0-RC1", "acme-1.0rc1-py3-none-any.whl"),
      ("acme", "1.0.RC1", "acme-1.0.RC1-py3-none-any.whl"), ("acme", "1!2", "acme-1!2-py3-none-any.whl"),
      ("foo-2a", "1.0", "foo_2a-1.0-py3-none-any.whl"),
      ("Acme.Widgets", "1.0", "acme_widgets-1.0.tar.gz"), ("Acme.Widgets", "1.0", "Acme.Widgets-1.0.tar.gz"),
      ("acme-widgets", "1.0", "acme-widgets-1.0.zip"), ("acme-widgets", "1", "acme-widgets-1.tar.gz"),
      ("acme.widgets", "1", "acme.widgets-1.tar.gz"),
      ("acme", "01.0", "acme-01.0.tar.gz"), ("acme", "1.0+a-b", "acme-1.0_a.b.tar.gz"), ("foo-2a", "1.0", "foo_2a-1.0.tar.gz"),
      ("foo.windows", "1.0", "foo_windows-1.0.tar.gz"),
    ] as [(ExactString, ExactString, ExactString)])
  func admitted(name: ExactString, version: ExactString, file: ExactString) throws { #expect(try Self.admits(name, version, file)) }

  @Test(
    "is refused where it is another's, or could be read as another's",
    arguments: [
      ("acme", "1.0", "acmf-1.0-py3-none-any.whl"), ("acme", "1.0", "acme-1.1-py3-none-any.whl"),
      ("acme", "1.0", "acme-1.0.0-py3-none-any.whl"),
      ("acme", "1.0", "acme_widgets-1.0-py3-none-any.whl"), ("acme-widgets", "1.0", "acme-widgets-1.0-py3-none-any.whl"),
      ("acme", "1.0", "acme-1.0-py3-none-any-x-y.whl"), ("acme", "1.0", "acme-1.0-py3-none.whl"),
      ("acme", "1.0", "acme-1.0-x1-py3-none-any.whl"),
      ("acme", "1.0", "acme-1.0--py3-none-any.whl"), ("acme", "1.0", "acme-1.0-py3-none-.whl"),
      ("acme", "1.0", "acme-1.0-py3-none-any.WHL"),
      ("acme", "1.0", "acme-1.0-py3-nöne-any.whl"), ("acme", "1.0", "acme-1.0-py3-none-a/y.whl"),
      ("acme", "v1.0", "acme-v1.0-1-py3-none-any.whl"),
      ("acme", "1.0", "acme-1.0.tar.gz "), ("acme", "1.0", "x/acme-1.0.tar.gz"), ("acme", "1.0", "acme-1.0.tgz"),
      ("acme", "1.0", "acme-1.0.tar.bz2"),
      ("acme", "1.0", "acme-1.0.tar.GZ"), ("acme", "1.0", "acme-1.0-2.tar.gz"), ("acme", "1.0", "acme.-1.0.tar.gz"),
      ("acme", "1.0", "-acme-1.0.tar.gz"),
      ("acme", "1.0-1", "acme-1.0-1.tar.gz"), ("acme", "1-1", "acme-1-1.tar.gz"), ("foo-2a", "1.0", "foo-2a-1.0.tar.gz"),
      ("foo-2a", "1.0", "foo.-2a-1.0.tar.gz"), ("foo.x-bar", "1", "foo.x-bar-1.tar.gz"), ("foo.linux-x", "1.0", "foo.linux-x-1.0.tar.gz"),
      ("foo.windows", "1.0", "foo.windows-1.0.tar.gz"), ("foo.macosx-x", "1.0", "Foo.MacOSX-x-1.0.tar.gz"),
      ("foo-py3", "1.0", "foo-py3-1.0.tar.gz"),
      ("foo-cp2x", "1.0", "foo-cp2x-1.0.zip"),
    ] as [(ExactString, ExactString, ExactString)])
  func refused(name: ExactString, version: ExactString, file: ExactString) throws { #expect(try !Self.admits(name, version, file)) }

  @Test(
    "that servers split differently is refused with the one that would pass",
    arguments: [
      ("foo-2a", "1.0", "foo-2a-1.0.tar.gz", "foo_2a-1.0.tar.gz"), ("Foo.Windows", "1.0", "Foo.Windows-1.0.zip", "foo_windows-1.0.zip"),
      ("acme", "1.0-1", "acme-1.0-1.tar.gz", "acme-1.0.post1.tar.gz"), ("acme", "v1.0", "acme-v1.0.tar.gz", "acme-1.0.tar.gz"),
    ] as [(ExactString, ExactString, ExactString, ExactString)])
  func ambiguous(name: ExactString, version: ExactString, file: ExactString, unambiguous: ExactString) throws {
    let names = PyPIFileName(name: try #require(PyPIName(name)), version: try #require(PEP440Version(version)))
    let suffix = try #require(PyPIFileType.SourceSuffix.allCases.first { file.text.hasSuffix($0.rawValue) })
    #expect(names.admits(file, for: .sourceArchive(suffix)) == .ambiguous(unambiguous: unambiguous))
    #expect(names.admits(unambiguous, for: .sourceArchive(suffix)) == .admitted)
  }

  @Test("is no longer than a file system takes") func bounded() throws {
    let tags = String(repeating: "a", count: 255 - "acme-1.0-py3-none-.whl".utf8.count)
    #expect(try Self.admits("acme", "1.0", ExactString("acme-1.0-py3-none-\(tags).whl")))
    #expect(try !Self.admits("acme", "1.0", ExactString("acme-1.0-py3-none-a\(tags).whl")))
  }

  private static func admits(_ name: ExactString, _ version: ExactString, _ file: ExactString) throws -> Bool {
    let names = PyPIFileName(name: try #require(PyPIName(name)), version: try #require(PEP440Version(version)))
    let types = [.wheel] + PyPIFileType.SourceSuffix.allCases.map { PyPIFileType.sourceArchive($0) }
    return types.contains { names.admits(file, for: $0) == .admitted }
  }
}
