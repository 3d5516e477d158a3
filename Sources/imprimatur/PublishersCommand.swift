import ArgumentParser
import Gateway
import Observability
import StrictParsers

struct PublishersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publishers", abstract: "Shows what the gateways remember of publishers, and makes them forget.",
    subcommands: [List.self, Show.self, Forget.self, Revoke.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists publishers: pending ones, active ones, and those whose entry is gone.")

    @OptionGroup var configurationOption: ConfigurationOption
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let publishers = try await configurationOption.withDesk { desk throws(OperatorCommands.Failure) in try await desk.publishers() }
      if json {
        let list = JSONValue.array(publishers.map { .object($0.json) })
        Terminal.say(String(decoding: list.encoded(), as: UTF8.self))
      } else {
        for publisher in publishers { Terminal.say(publisher.text) }
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows one publisher.")

    @OptionGroup var configurationOption: ConfigurationOption
    @Argument(help: "The publisher's id.") var id: String
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let publisher = try await configurationOption.withDesk { desk throws(OperatorCommands.Failure) in try await desk.publisher(id) }
      Terminal.say(json ? String(decoding: publisher.json.encoded(), as: UTF8.self) : publisher.text)
    }
  }

  struct Forget: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Forgets whom a publisher belongs to, so that the next successful publish is learnt anew.")

    @OptionGroup var configurationOption: ConfigurationOption
    @Argument(help: "The publisher's id.") var id: String
    @Option(help: "The reason, for the audit record.") var why: String

    func run() async throws {
      let count = try await configurationOption.withDesk { desk throws(OperatorCommands.Failure) in try await desk.forget(id, why: why) }
      Terminal.say("forgotten: \(id), of \(count) \(count == 1 ? "repository" : "repositories")")
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Ends every live upload token that was given out for a publisher.")

    @OptionGroup var configurationOption: ConfigurationOption
    @Argument(help: "The publisher's id.") var id: String
    @Option(help: "The reason, for the audit record.") var why: String

    func run() async throws {
      let count = try await configurationOption.withDesk { desk throws(OperatorCommands.Failure) in try await desk.revoke(id, why: why) }
      Terminal.say("ended: \(count) upload \(count == 1 ? "token" : "tokens") of \(id)")
    }
  }
}
