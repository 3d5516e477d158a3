import Secrets
import TestSupport
import Testing

@testable import Configuration

@Suite("A secret of a configuration") struct SettingsSecretTests {
  @Test("is looked at when that is read")
  func checked() throws {
    let folder = try TemporaryFolder()
    let path = folder.write("\n", to: "secret")
    for (source, environment, message) in [
      ("{file: \(path)}", [:], "the secret is empty"), ("{file: none}", [:], "/etc/imprimatur/none can't be read"),
      ("{env: S}", ["S": ""], "the secret is empty"),
      ("{systemd: secret}", ["CREDENTIALS_DIRECTORY": folder.path], "the secret is empty"),
      ("{systemd: x}", [:], "the environment variable CREDENTIALS_DIRECTORY is not set"),
    ] as [(String, [String: String], String)] {
      let sample = SettingsSample(upstream: "{url: \"http://r.example\", credential: {bearer: \(source)}}", environment: environment)
      #expect(sample.complaints == ["error: registries.python.upstream.credential.bearer: \(message)"])
    }
    folder.write("hunter2\n", to: "secret")
    #expect(
      try SettingsSample(upstream: "{url: \"http://r.example\", credential: {bearer: {file: \(path)}}}").settings().registries.first?
        .upstream.credential == .bearer(.file(path)))
  }

  @Test(
    "that a field could not carry is refused when the configuration is read",
    arguments: ["hunter2\n\n", "hun\nter2", "hun\r\nX: y", "hunter2\r", "\0hunter2", "hun\tter2", "\u{1B}[0m", "hunter2\u{7F}"])
  func controls(text: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.write(text, to: "secret")
    for source in ["{file: \(path)}", "{env: S}", "{systemd: secret}"] {
      for (place, credential) in [
        ("bearer", "{bearer: \(source)}"), ("raw", "{raw: \(source)}"), ("header.value", "{header: {name: x-key, value: \(source)}}"),
        ("basic.password", "{basic: {username: u, password: \(source)}}"),
      ] {
        let sample = SettingsSample(
          upstream: "{url: \"http://r.example\", credential: \(credential)}",
          environment: ["S": text, "CREDENTIALS_DIRECTORY": folder.path])
        #expect(sample.complaints == ["error: registries.python.upstream.credential.\(place): the secret holds control characters"])
      }
    }
  }

  @Test("that is a key of a certificate has lines")
  func key() throws {
    let client = "client_certificate: {certificate: client.pem, key: {env: S}}"
    let sample = SettingsSample(
      upstream: "{url: \"https://r.example\", credential: {none: true}, \(client)}", files: ["/etc/imprimatur/client.pem": ""],
      environment: ["S": "a\nb\n"])
    #expect(try sample.settings().registries[0].upstream.clientCertificate?.key == .environment("S"))
  }

  @Test("never stands in what is told of a configuration")
  func hidden() {
    let sample = SettingsSample(
      upstream: "{url: \"http://r.example\", credential: {bearer: {env: S}}, kepp_alive: true}", environment: ["S": "hunter2"])
    #expect(sample.load().problems.allSatisfy { !$0.description.contains("hunter2") })
  }
}
