import Digests
import Synchronization

/// Tokens whose signature held, by the digest of all of their bytes.
///
/// It remembers the signature's result only: issuer, audience, times and policy are judged each time. The oldest goes when it is full.
package final class VerifiedSignatureCache: Sendable {
  private struct Entry {
    let token: UnverifiedToken
    let slot: Int
  }

  private struct State {
    var entries: [SHA256Digest: Entry] = [:]
    /// A ring: what was remembered under each slot.
    var slots: [SHA256Digest?]
    var next = 0
  }

  private let state: Mutex<State>

  /// `capacity` is the number of tokens; none are remembered where it is not positive.
  package init(capacity: Int) { state = Mutex(State(slots: Array(repeating: nil, count: max(0, capacity)))) }

  package var count: Int { state.withLock { $0.entries.count } }

  func token(_ digest: SHA256Digest) -> UnverifiedToken? { state.withLock { $0.entries[digest]?.token } }

  /// `token` carries its proof.
  func remember(_ token: UnverifiedToken) {
    state.withLock { state in
      if let known = state.entries[token.digest] {
        state.entries[token.digest] = Entry(token: token, slot: known.slot)
        return
      }
      guard state.slots.indices.contains(state.next) else { return }
      let slot = state.next
      if let oldest = state.slots[slot], state.entries[oldest]?.slot == slot { state.entries[oldest] = nil }
      state.slots[slot] = token.digest
      state.entries[token.digest] = Entry(token: token, slot: slot)
      state.next = (slot + 1) % state.slots.count
    }
  }

  func forget(_ digest: SHA256Digest) { state.withLock { $0.entries[digest] = nil } }
}
