import Foundation
import StrictParsers
import TestSupport
import Testing
import TokenVerification

@testable import PublisherPolicy

@Suite("The time that a policy takes", .serialized) struct PolicyThroughputTests {
  private static let isAsked = ProcessInfo.processInfo.environment["IMPRIMATUR_BENCHMARKS"] != nil
  private static let decisions = 20_000

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
    let clock = ContinuousClock()
    var publishers: [Publisher] = []
    publishers.reserveCapacity(count)
    let checking = try clock.measure {
      for number in 0..<count { publishers.append(try Self.sample(number).publisher(id: "project-\(number)")) }
    }
    var built: Policy?
    let indexing = clock.measure { built = Self.sample(0).policy(publishers) }
    let policy = try #require(built)
    let samples = (0..<2_000).map { _ in Self.sample(Int.random(in: 0..<count, using: &random)) }
    let asked = try samples.map { (claimant: Claimant(identity: try $0.identity(of: policy), scope: nil), target: $0.target) }
    var granted = 0
    let elapsed = try clock.measure {
      for round in 0..<Self.decisions {
        let (claimant, target) = asked[round % asked.count]
        if case .granted = try policy.decide(claimant, target, knowing: Knowledge(package: .exists), at: .latest) { granted += 1 }
      }
    }
    #expect(granted == Self.decisions)
    print("\(count) publishers: \(elapsed / Self.decisions) a decision; made in \(checking), indexed in \(indexing) (seed \(seed))")
  }
}
