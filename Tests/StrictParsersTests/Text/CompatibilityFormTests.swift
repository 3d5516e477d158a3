import Foundation
import Testing

@testable import StrictParsers

@Suite("The compatibility form of a segment") struct CompatibilityFormTests {
  private static let scalars = (0x80...0x10FFFF as ClosedRange<UInt32>).compactMap { Unicode.Scalar($0) }

  private static func normalized(_ text: String) -> String { text.precomposedStringWithCompatibilityMapping }

  private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool { scalar == "/" || scalar == "\\" }

  @Test("is foreseen for every character that Unicode has")
  func complete() {
    let (suspects, others) = Self.scalars.reduce(into: ([], [])) { (lists: inout ([Unicode.Scalar], [Unicode.Scalar]), scalar) in
      if CompatibilityForm.isDots(scalar) || CompatibilityForm.hidesSeparator(scalar) {
        lists.0.append(scalar)
      } else {
        lists.1.append(scalar)
      }
    }
    #expect(suspects.count == 14)
    for scalar in suspects {
      let form = Self.normalized(String(scalar)).unicodeScalars
      #expect(CompatibilityForm.isDots(scalar) == form.allSatisfy { $0 == "." }, "\(scalar)")
      #expect(CompatibilityForm.hidesSeparator(scalar) == form.contains(where: Self.isSeparator), "\(scalar)")
    }
    // All others between line ends, with which nothing combines.
    for start in stride(from: 0, to: others.count, by: 4096) {
      var text = String.UnicodeScalarView()
      for scalar in others[start..<min(start + 4096, others.count)] { text.append(contentsOf: [scalar, "\n"]) }
      for line in Self.normalized(String(text)).unicodeScalars.split(separator: "\n") {
        #expect(!line.contains(where: Self.isSeparator) && !line.allSatisfy { $0 == "." }, "\(line)")
      }
    }
  }
}
