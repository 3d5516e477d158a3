import Configuration
import Testing

@testable import Gateway

@Suite("The machine of a publish") struct PublishMachineTests {
  private static func row(_ situation: Situation, _ happening: Happening) -> Transition? { Transition.table[situation]?[happening] }

  @Test("has a situation for each state and a happening for each event") func coverage() throws {
    #expect(Set(Situation.allCases.map(\.state)) == Set(PublishMachine.State.Name.allCases))
    let budgets = Budgets(Limits(), DescriptorLimits(total: 1024))
    #expect(Set(try Happening.allCases.map { try $0.event(budgets).name }) == Set(PublishMachine.Event.Name.allCases))
    #expect(Set(Transition.table.keys) == Set(Situation.allCases))
  }

  @Test("reaches each situation", arguments: Situation.allCases) func reaches(situation: Situation) throws {
    #expect(try situation.rehearsal().state == situation.state)
  }

  @Test("answers what it waits for, and whatever else comes changes nothing", arguments: Situation.allCases)
  func transitions(situation: Situation) throws {
    let before = try situation.rehearsal()
    for happening in Happening.allCases {
      var rehearsal = before
      let action = try rehearsal.handle(happening)
      let comment = Comment(rawValue: "\(situation) + \(happening)")
      guard let row = Self.row(situation, happening) else {
        #expect(action.name == .wait && rehearsal.state == situation.state, comment)
        #expect(rehearsal.machine.record.facts == before.machine.record.facts, comment)
        #expect(rehearsal.machine.intent?.outcome == before.machine.intent?.outcome, comment)
        continue
      }
      #expect(rehearsal.state == row.state && action.name == row.action && rehearsal.reason == row.reason, comment)
      // What one path does must not be seen by the next one.
      if row.state == .recording { #expect(rehearsal.conclusions.count == 1, comment) }
    }
  }
}
