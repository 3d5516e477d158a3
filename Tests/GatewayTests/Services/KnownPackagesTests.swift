import NIOCore
import StrictParsers
import Synchronization
import Testing

@testable import Gateway
@testable import PublisherPolicy

@Suite("A package that the registry had") struct KnownPackagesTests {
  private static let package = target("acme-widgets")

  private static func target(_ name: ExactString, written: ExactString? = nil, of registry: String = "python") -> PublishTarget {
    PublishTarget(registry: RegistryName(registry), package: .init(canonical: name), writtenName: written, version: nil, file: "")
  }

  private final class Clock: Sendable {
    private let time = Mutex(NIODeadline.uptimeNanoseconds(1_000_000_000))
    var now: NIODeadline { time.withLock { $0 } }
    func advance(by amount: TimeAmount) { time.withLock { $0 = $0 + amount } }
  }

  @Test("is believed to be there for a minute, and no longer, however often it is asked for")
  func end() {
    let clock = Clock()
    let known = KnownPackages { clock.now }
    #expect(!known.contains(Self.package))
    known.note(Self.package)
    for _ in 0..<6 {
      #expect(known.contains(Self.package))
      clock.advance(by: .nanoseconds(9_999_999_999))
    }
    #expect(known.contains(Self.package))
    clock.advance(by: .nanoseconds(6))
    #expect(!known.contains(Self.package))
  }

  @Test("is that package of that registry")
  func others() {
    let known = KnownPackages()
    known.note(Self.package)
    #expect(!known.contains(Self.target("acme-widgets", of: "other")) && !known.contains(Self.target("acme")))
    // Some registries keep the spellings of a name apart.
    #expect(!known.contains(Self.target("acme-widgets", written: "acme_widgets")))
    #expect(known.contains(Self.target("acme-widgets", written: "acme-widgets")))
  }

  @Test("is forgotten rather than that memory grows: the oldest make room")
  func bound() {
    let known = KnownPackages()
    func package(_ number: Int) -> PublishTarget { Self.target(ExactString("package-\(number)")) }
    for number in 0..<10_001 { known.note(package(number)) }
    #expect(known.contains(package(10_000)) && known.contains(package(5_000)))
    #expect(!known.contains(package(4_999)))
    for _ in 0..<10_000 { known.note(package(10_000)) }
    #expect(known.contains(package(5_000)))
  }
}
