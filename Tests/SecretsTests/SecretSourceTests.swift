import Secrets
import TestSupport
import Testing

@Suite("A secret") struct SecretSourceTests {
  private static func read(_ source: SecretSource, _ environment: [String: String]) -> Result<[UInt8], SecretSource.Fault> {
    Result { () throws(SecretSource.Fault) in try source.read(environment) }.map { $0.withBytes { Array($0) } }
  }

  @Test(
    "loses one newline at its end, and nothing else",
    arguments: [
      ("hunter2", "hunter2"), ("hunter2\n", "hunter2"), ("hunter2\r\n", "hunter2"), ("hunter2\n\n", "hunter2\n"),
      ("hunter2\r", "hunter2\r"), ("hunter2\n\r\n", "hunter2\n"),
      (" hunter2 \n", " hunter2 "), ("\nhunter2", "\nhunter2"), ("\n\n", "\n"), ("\r", "\r"), ("", nil), ("\n", nil), ("\r\n", nil),
    ] as [(String, String?)])
  func newline(written: String, expected: String?) throws {
    let folder = try TemporaryFolder()
    let path = folder.write(written, to: "secret")
    let wanted: Result<[UInt8], SecretSource.Fault> = expected.map { .success(Array($0.utf8)) } ?? .failure(.empty)
    #expect(Self.read(.file(path), [:]) == wanted)
    #expect(Self.read(.environment("S"), ["S": written]) == wanted)
    #expect(Self.read(.systemd("secret"), ["CREDENTIALS_DIRECTORY": folder.path]) == wanted)
  }

  @Test("that can't be had is missed with what to look at")
  func missing() throws {
    #expect(Self.read(.file("/nowhere/secret"), [:]) == .failure(.unreadable("/nowhere/secret")))
    #expect(Self.read(.environment("S"), [:]) == .failure(.unset("S")))
    #expect(Self.read(.systemd("s"), [:]) == .failure(.unset("CREDENTIALS_DIRECTORY")))
    #expect(Self.read(.systemd("s"), ["CREDENTIALS_DIRECTORY": "/nowhere"]) == .failure(.unreadable("/nowhere/s")))
  }
}
