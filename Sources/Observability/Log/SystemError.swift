import Glibc

/// The system's own words for an `errno`.
package enum SystemError {
  package static func words(_ number: CInt) -> String { unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)" }
}
