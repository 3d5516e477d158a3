import ArgumentParser
import Gateway

@main struct Imprimatur: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "imprimatur", abstract: "Trusted Publishing for package registries that have never heard of it.", version: Versions.text,
    subcommands: [
      ServeCommand.self, CheckCommand.self, TestCommand.self, ExplainCommand.self, PublishersCommand.self, FreezeCommand.self,
      UnfreezeCommand.self, DemoCommand.self, HealthcheckCommand.self,
    ])

  /// Most commands read secrets: all are protected before they do. `serve` says itself if it could not be, in its log.
  static func main() async {
    if !ProcessSecrecy.enable(), CommandLine.arguments.dropFirst().first != ServeCommand.configuration.commandName {
      Terminal.complain("The system does not let this process forbid core files and reading its memory.")
    }
    await main(nil)
  }
}

/// What every subcommand with a configuration takes.
struct ConfigurationOption: ParsableArguments {
  @Option(name: [.customShort("c"), .customLong("config")], help: ArgumentHelp("The configuration's file.", valueName: "file"))
  var path: String
}
