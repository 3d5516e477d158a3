import ArgumentParser
import Gateway
import Observability
import StrictParsers

/// What a freeze is to stop; everything where nothing is named.
struct FreezeScope: ParsableArguments {
  @Option(help: ArgumentHelp("One registry of the configuration.", valueName: "name")) var registry: String?
  @Option(help: ArgumentHelp("One publisher of the configuration.", valueName: "id")) var publisher: String?

  func validate() throws {
    if registry != nil, publisher != nil { throw ValidationError("--registry and --publisher exclude each other") }
  }

  var scope: OperatorCommands.Scope {
    if let registry { return .registry(registry) }
    if let publisher { return .publisher(publisher) }
    return .everything
  }
}

struct FreezeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "freeze", abstract: "Stops every publish, or those to one registry or of one publisher, within a second.",
    discussion: "It holds for all gateways that share the state, for upload tokens that live, and across restarts, until unfreeze.")

  @OptionGroup var configurationOption: ConfigurationOption
  @OptionGroup var what: FreezeScope
  @Option(help: "The reason, for the audit record.") var why: String?
  @Flag(help: "Change nothing, and list what is frozen.") var list = false
  @Flag(help: "Print the list as JSON.") var json = false

  func validate() throws {
    if list, what.registry != nil || what.publisher != nil || why != nil { throw ValidationError("--list shows all that is frozen") }
    if !list, why == nil { throw ValidationError("a freeze needs --why") }
    if json, !list { throw ValidationError("--json is for --list") }
  }

  func run() async throws {
    guard let why else { return try await show() }
    let words = try await configurationOption.withDesk { desk throws(OperatorCommands.Failure) in
      try await desk.freeze(what.scope, why: why)
    }
    Terminal.say("frozen: \(words)")
  }

  private func show() async throws {
    let freezes = try await configurationOption.withDesk { desk throws(OperatorCommands.Failure) in try await desk.freezes() }
    if json {
      Terminal.say(String(decoding: JSONValue.array(freezes.map { .object($0.json) }).encoded(), as: UTF8.self))
    } else {
      Terminal.say(freezes.isEmpty ? "nothing is frozen" : freezes.map(\.text).joined(separator: "\n"))
    }
  }
}

struct UnfreezeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "unfreeze", abstract: "Takes a freeze of the same scope back.")

  @OptionGroup var configurationOption: ConfigurationOption
  @OptionGroup var what: FreezeScope
  @Option(help: "The reason, for the audit record.") var why = "over"

  func run() async throws {
    let words = try await configurationOption.withDesk { desk throws(OperatorCommands.Failure) in
      try await desk.unfreeze(what.scope, why: why)
    }
    Terminal.say("free: \(words)")
  }
}
