import NIOCore
import StrictParsers
import Synchronization
import Testing

@testable import Gateway
@testable import PublisherPolicy

@Suite("A package that the registry had") struct KnownPackagesTests {
  private static let registry = RegistryName("python")
  private static let package = PublishTarget.Package(canonical: "acme-widgets")

  private final class Clock: Sendable {
    private let time = Mutex(NIODeadline.uptimeNanoseconds(1_000_000_000))
    var now: NIODeadline { time.withLock { $0 } }
    func advance(by amount: TimeAmount) { time.withLock { $0 = $0 + amount } }
  }

  @Test("is believed to be there for a minute, and no longer, however often it is asked for")
  func end() {
    let clock = Clock()
    let known = KnownPackages { clock.now }
    #expect(!known.contains(Self.package, of: Self.registry))
    known.note(Self.package, of: Self.registry)
    for _ in 0..<6 {
      #expect(known.contains(Self.package, of: Self.registry))
      clock.advance(by: .nanoseconds(9_999_999_999))
    }
    #expect(known.contains(Self.package, of: Self.registry))
    clock.advance(by: .nanoseconds(6))
    #expect(!known.contains(Self.package, of: Self.registry))
  }

  @Test("is that package of that registry")
  func others() {
    let known = KnownPackages()
    known.note(Self.package, of: Self.registry)
    #expect(!known.contains(Self.package, of: RegistryName("other")))
    #expect(!known.contains(.init(canonical: "acme"), of: Self.registry))
  }

  @Test("is forgotten rather than that memory grows: the oldest make room")
  func bound() {
    let known = KnownPackages()
    func package(_ number: Int) -> PublishTarget.Package { .init(canonical: ExactString("package-\(number)")) }
    for number in 0..<10_001 { known.note(package(number), of: Self.registry) }
    #expect(known.contains(package(10_000), of: Self.registry) && known.contains(package(5_000), of: Self.registry))
    #expect(!known.contains(package(4_999), of: Self.registry))
    for _ in 0..<10_000 { known.note(package(10_000), of: Self.registry) }
    #expect(known.contains(package(5_000), of: Self.registry))
  }
}
