import CZlib

/// The CRC-32 of gzip and zip (RFC 1952, section 8), of bytes as they come.
struct InflateChecksum {
  private(set) var value: UInt32 = 0

  mutating func update(_ bytes: Span<UInt8>) {
    value = unsafe bytes.withUnsafeBufferPointer {
      unsafe UInt32(truncatingIfNeeded: crc32_z(uLong(value), $0.baseAddress, z_size_t($0.count)))
    }
  }
}
