#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The C library's byte search: uploads go through it at the speed of memory.
enum MultipartScan {
  /// The first place of `byte` at or after `start`.
  static func firstIndex(of byte: UInt8, in chunk: Span<UInt8>, from start: Int) -> Int? {
    guard (0..<chunk.count).contains(start) else { return nil }
    return unsafe chunk.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, let found = unsafe memchr(base + start, Int32(byte), bytes.count - start) else { return nil }
      return unsafe UnsafeRawPointer(found) - base
    }
  }

  /// Whether `needle` stands anywhere in `chunk`.
  static func contains(_ needle: [UInt8], in chunk: Span<UInt8>) -> Bool {
    guard let first = needle.first else { return true }
    var from = 0
    while let candidate = firstIndex(of: first, in: chunk, from: from), chunk.count - candidate >= needle.count {
      var matched = 1
      while matched < needle.count, chunk[candidate + matched] == needle[matched] { matched += 1 }
      if matched == needle.count { return true }
      from = candidate + 1
    }
    return false
  }
}
