import Secrets
import StateStore

extension PostgresLocation {
  /// Reads it from where the configuration says. Blocks. `nil` if it can't be read or is no such URL.
  init?(_ source: SecretSource, _ environment: [String: String]) {
    do throws(SecretSource.Fault) {
      let location = try source.read(environment).withBytes { PostgresLocation(url: $0) }
      guard let location else { return nil }
      self = location
    } catch { return nil }
  }
}
