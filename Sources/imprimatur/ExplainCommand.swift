import ArgumentParser
import Foundation
import Gateway
import StrictParsers

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Says how a token would be judged, step by step, without publishing anything.",
    discussion: "Exits with 0 for a grant, 1 for a refusal, and 2 where it can't be decided.")

  @OptionGroup var configurationOption: ConfigurationOption
  @Option(help: ArgumentHelp("The token's file; - for standard input.", valueName: "file")) var token: String
  @Option(help: "The registry's name in the configuration, where the token's audience does not tell.") var registry: String?
  @Option(help: "The package that it would publish.") var package: String?
  @Option(help: "The version that it would publish.") var version: String?
  @Option(help: ArgumentHelp("The wheel or sdist that it would publish.", valueName: "file")) var upload: String?
  @Option(help: ArgumentHelp("A JWK set to verify with, instead of asking the issuer.", valueName: "file")) var keys: String?
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    if upload != nil, package != nil || version != nil { throw ValidationError("--upload says by itself which package and version it is") }
    if version != nil, package == nil { throw ValidationError("--version needs --package") }
  }

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let (settings, problems) = SettingsFile.load(configurationOption.path, environment: environment, reading: SettingsDisk())
    guard let settings else {
      for problem in problems { Terminal.complain(problem.description) }
      throw ExitCode(2)
    }
    let explanation: Explanation
    do {
      let explainer = try Explainer(settings: settings, environment: environment, now: .now())
      explanation = try await explainer.explain(
        token: try read(token), registry: registry, question: try question(), keys: try keys.map { try read($0) })
    } catch let problem as Explainer.Misunderstood {
      Terminal.complain(problem.description)
      throw ExitCode(2)
    }
    Terminal.say(json ? String(decoding: explanation.json.encoded(), as: UTF8.self) : explanation.text)
    switch explanation.decision {
    case .grant: break
    case .refusal: throw ExitCode(1)
    case .undecided: throw ExitCode(2)
    }
  }

  private func question() throws -> Explainer.Question {
    if let upload { return .file(name: URL(fileURLWithPath: upload).lastPathComponent, content: try read(upload)) }
    if let package { return .release(package: package, version: version) }
    return .nothing
  }

  private func read(_ path: String) throws -> [UInt8] {
    if path == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    guard let data = FileManager.default.contents(atPath: path) else {
      Terminal.complain("\(path) can't be read")
      throw ExitCode(2)
    }
    return Array(data)
  }
}
