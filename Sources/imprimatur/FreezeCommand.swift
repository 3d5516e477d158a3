import ArgumentParser
import Gateway

/// What a freeze is to stop; everything where nothing is named.
struct FreezeScope: ParsableArguments {
  @Option(help: ArgumentHelp("One registry of the configuration.", valueName: "name")) var registry: String?
  @Option(help: ArgumentHelp("One publisher of the configuration.", valueName: "id")) var publisher: String?

  func validate() throws {
    if registry != nil, publisher != nil { throw ValidationError("--registry and --publisher exclude each other") }
  }

  var scope: OperatorDesk.Scope {
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
  @Option(help: "The reason, for the audit record.") var why: String

  func run() async throws {
    let words = try await configurationOption.withDesk { desk throws(OperatorDesk.Failure) in try await desk.freeze(what.scope, why: why) }
    Terminal.say("frozen: \(words)")
  }
}

struct UnfreezeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "unfreeze", abstract: "Takes a freeze of the same scope back.")

  @OptionGroup var configurationOption: ConfigurationOption
  @OptionGroup var what: FreezeScope
  @Option(help: "The reason, for the audit record.") var why = "over"

  func run() async throws {
    let words = try await configurationOption.withDesk { desk throws(OperatorDesk.Failure) in try await desk.unfreeze(what.scope, why: why)
    }
    Terminal.say("free: \(words)")
  }
}
