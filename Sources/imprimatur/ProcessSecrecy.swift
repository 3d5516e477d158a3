import CPrctl
import Glibc

/// Keeps what the process holds in memory, the registries' credentials among it, from the disk and from other processes of its user.
enum ProcessSecrecy {
  /// Writes no core file, and lets no process without privileges attach to this one or read its memory.
  ///
  /// What the kernel tells of this process in `/proc/self` is root's from then on, `/proc/self/io` among it.
  ///
  /// - Returns: Whether the system granted both.
  static func enable() -> Bool {
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    let hasNoCore = unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0
    return imprimatur_set_dumpable(0) == 0 && hasNoCore
  }
}
