import Foundation
import Glibc
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import PublisherPolicy

@Suite("The time that a policy takes", .serialized) struct PolicyThroughputTests {
  private static let isAsked = ProcessInfo.processInfo.environment["IMPRIMATUR_BENCHMARKS"] != nil
  private static let batches = 1_000
  private static let batch = 100

  /// As Tests/Benchmarks/publishers writes them.
  private static func sample(_ number: Int) -> SamplePublish {
    let repository = ExactString("organisation-\(number / 10)/project-\(number)")
    return SamplePublish.gitHub.with {
      $0.package = ExactString("project-\(number)")
      $0.mayPublish = [
        (SamplePublish.registry, [NamePattern(canonical: "project-\(number)"), NamePattern(canonical: "project-\(number)-*")])
      ]
    }
    .setting("repository", repository).setting("repository_owner_id", "\(number / 10)").setting("repository_id", "\(number)")
    .setting("workflow_ref", "\(repository)/.github/workflows/release.yml@refs/tags/v1.0")
    .setting("job_workflow_ref", "\(repository)/.github/workflows/release.yml@refs/tags/v1.0")
    .requiring("repository", repository).requiring("repository_owner_id", "\(number / 10)").requiring("repository_id", "\(number)")
    .requiring("workflow", "release.yml").requiring("environment", "release").requiring("tag", "v{version}")
  }

  @Test("to decide does not grow with the publishers", .enabled(if: isAsked), arguments: [1_000, 100_000, 1_000_000])
  func decisions(count: Int) throws {
    let seed = UInt64.random(in: .min ... .max)
    var random = SeededRandom(seed: seed)
    var publishers: [Publisher] = []
    publishers.reserveCapacity(count)
    let rules = PublisherRules(Self.sample(0).provider)
    let checking = try Self.processorTime {
      for number in 0..<count { publishers.append(try Self.sample(number).publisher(id: "project-\(number)", by: rules)) }
    }
    var built: Policy?
    let indexing = Self.processorTime { built = Self.sample(0).policy(publishers) }
    let policy = try #require(built)
    var elapsed = Duration.zero
    var granted = 0
    for _ in 0..<Self.batches {
      // What a token says was read a moment ago; what its publisher is was not.
      let asked = try (0..<Self.batch).map { _ in
        let sample = Self.sample(Int.random(in: 0..<count, using: &random))
        return (principal: Principal(identity: try sample.identity(of: policy), scope: nil), target: sample.target)
      }
      elapsed += try Self.processorTime {
        for (principal, target) in asked {
          if case .granted = try policy.decide(principal, target, knowing: PolicyInputs(package: .exists), at: .latest) { granted += 1 }
        }
      }
    }
    #expect(granted == Self.batches * Self.batch)
    print("\(count) publishers: \(elapsed / granted) a decision; made in \(checking), indexed in \(indexing) (seed \(seed))")
  }

  /// Of the whole process, whatever else the machine does.
  private static func processorTime(_ work: () throws -> Void) rethrows -> Duration {
    let begun = clock()
    try work()
    return .microseconds(Int64(clock() - begun))
  }
}
