import Configuration
import NIOCore
import Observability
import RegistryProtocols
import StateStore
import StrictParsers
import TestSupport
import Testing

@testable import Gateway

/// A publish that a test takes through its machine, event by event.
struct Rehearsal {
  let upload: SampleUpload
  let world: SampleWorld
  let budgets: Budgets
  private(set) var machine: PublishMachine
  private(set) var actions: [PublishMachine.Action] = []

  init(_ upload: SampleUpload, head: RequestHead? = nil, route: PublishRoute? = nil, settings: SettingsSample? = nil) throws {
    self.upload = upload
    let configuration = try PublishSample.configuration(settings ?? upload.settings)
    world = SampleWorld(configuration)
    budgets = Budgets(configuration.settings.server.limits, DescriptorLimits(total: 1024))
    var random = SeededRandom(seed: 1)
    var request = try upload.request(configuration, head: head)
    if let route {
      request = PublishRequest(configuration: configuration, registry: request.registry, routed: request.routed, route: route)
    }
    machine = PublishMachine(
      request, try RequestResources(budgets, headBytes: request.head.byteCount),
      RequestRecord(.publish, RequestID(at: Timestamp(milliseconds: PublishSample.now * 1000), using: &random)))
  }

  @discardableResult mutating func handle(event: PublishMachine.Event) -> PublishMachine.Action {
    let action = machine.handle(event, world)
    actions.append(action)
    return action
  }

  @discardableResult mutating func handle(_ happenings: Happening...) throws -> PublishMachine.Action {
    try handle(happenings)
  }

  @discardableResult mutating func handle(_ happenings: [Happening]) throws -> PublishMachine.Action {
    var last = PublishMachine.Action.wait
    for happening in happenings { last = handle(event: try happening.event(budgets)) }
    return last
  }

  var state: PublishMachine.State.Name { machine.state.name }
  var conclusions: [Conclusion] { actions.compactMap(\.conclusion) }

  /// `nil` until the publish has ended, and if it ended well.
  var reason: String? { conclusions.last?.outcome.reason.map { "\($0)" } }
}

extension PublishMachine.Action {
  var conclusion: Conclusion? { if case .record(let conclusion) = self { conclusion } else { nil } }
}
