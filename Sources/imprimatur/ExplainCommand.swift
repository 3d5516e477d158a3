import ArgumentParser
import Configuration
import Foundation
import Gateway
import Observability
import StrictParsers

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Says how an upload would be judged, step by step, without publishing anything.",
    discussion: """
      Exits with 0 for a grant, 1 for a refusal, and 2 where it can't be decided. The state store is asked what publishers have learnt and \
      what is frozen; the registry, and whether a token was used before, are not asked.
      """)

  @OptionGroup var configurationOption: ConfigurationOption
  @Option(help: ArgumentHelp("The token's file; - for standard input.", valueName: "file")) var token: String?
  @Option(help: ArgumentHelp("A JSON object of claims, which no signature vouches for; - for standard input.", valueName: "file"))
  var claims: String?
  @Option(help: ArgumentHelp("A line of the audit log; - for standard input.", valueName: "file")) var event: String?
  @Option(help: "The issuer's name in the configuration, where the claims have no iss.") var issuer: String?
  @Option(help: "The registry's name in the configuration, where the token's audience does not tell.") var registry: String?
  @Option(help: "The package that it would publish.") var package: String?
  @Option(help: "The version that it would publish.") var version: String?
  @Option(help: ArgumentHelp("The wheel or sdist that it would publish.", valueName: "file")) var upload: String?
  @Option(help: "Whether the registry has the package.") var packageExists: Answer?
  @Option(help: ArgumentHelp("A JWK set to verify the token with, instead of asking the issuer.", valueName: "file")) var keys: String?
  @Flag(help: "Print JSON.") var json = false

  enum Answer: String, ExpressibleByArgument, CaseIterable { case yes, no }

  func validate() throws {
    guard [token, claims, event].count(where: { $0 != nil }) == 1 else {
      throw ValidationError("say with exactly one of --token, --claims and --event what to explain")
    }
    if upload != nil, package != nil || version != nil { throw ValidationError("--upload says by itself which package and version it is") }
    if version != nil, package == nil { throw ValidationError("--version needs --package") }
    if event != nil, package != nil || upload != nil { throw ValidationError("the record says by itself which package and version it is") }
    if token == nil, keys != nil { throw ValidationError("--keys is for --token: nothing else is signed") }
    if claims == nil, issuer != nil { throw ValidationError("--issuer is for --claims: a token and a record name theirs") }
  }

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let settings = try configurationOption.settings(for: .judging)
    let explanation: Explanation
    do {
      let explainer = try Explainer(settings: settings, environment: environment, now: .now())
      explanation = try await explainer.explain(
        try subject(), registry: registry, try question(), packageExists: packageExists.map { $0 == .yes })
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

  private func subject() throws -> Explainer.Subject {
    if let token { return .token(try read(token), keys: try keys.map { try read($0) }) }
    if let claims { return .claims(try read(claims), issuer: issuer) }
    return .record(try read(event ?? "-"))
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
