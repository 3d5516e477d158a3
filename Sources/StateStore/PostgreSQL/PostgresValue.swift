import Digests
import StrictParsers

/// What a statement's parameter can be, in the server's binary form.
enum PostgresValue {
  case null
  case flag(Bool)
  case integer(Int64)
  case bytes([UInt8])
  case integers([Int64])
  case optionalBytes([[UInt8]?])

  static func digest(_ digest: SHA256Digest) -> PostgresValue { .bytes(digest.bytes) }
  static func optionalDigest(_ digest: SHA256Digest?) -> PostgresValue { digest.map { .digest($0) } ?? .null }
  /// As bytes: the server's own text holds no NUL, and is compared as a collation says.
  static func text(_ text: ExactString) -> PostgresValue { .bytes(Array(text.utf8)) }
  static func name(_ name: some CustomStringConvertible) -> PostgresValue { .text(ExactString(name.description)) }
  static func optionalText(_ text: ExactString?) -> PostgresValue { text.map { .text($0) } ?? .null }

  /// The object id of its type; 0 lets the server find out.
  var type: UInt32 {
    switch self {
    case .null: 0
    case .flag: PostgresType.bool
    case .integer: PostgresType.int8
    case .bytes: PostgresType.bytea
    case .integers: PostgresType.int8Array
    case .optionalBytes: PostgresType.byteaArray
    }
  }

  /// `nil` for NULL.
  var encoded: [UInt8]? {
    switch self {
    case .null: nil
    case .flag(let flag): [flag ? 1 : 0]
    case .integer(let integer): Self.bigEndian(integer)
    case .bytes(let bytes): bytes
    case .integers(let integers): Self.array(of: PostgresType.int8, integers.map { Self.bigEndian($0) })
    case .optionalBytes(let elements): Self.array(of: PostgresType.bytea, elements)
    }
  }

  /// One dimension, counted from 1 (array_recv in the server's arrayfuncs.c).
  private static func array(of type: UInt32, _ elements: [[UInt8]?]) -> [UInt8] {
    let dimensions: Int32 = elements.isEmpty ? 0 : 1
    var bytes = bigEndian(dimensions) + bigEndian(elements.contains(nil) ? 1 : 0 as Int32) + bigEndian(type)
    guard !elements.isEmpty else { return bytes }
    bytes += bigEndian(Int32(clamping: elements.count)) + bigEndian(1 as Int32)
    for element in elements {
      bytes += bigEndian(element.map { Int32(clamping: $0.count) } ?? -1)
      bytes += element ?? []
    }
    return bytes
  }

  private static func bigEndian<Integer: FixedWidthInteger>(_ integer: Integer) -> [UInt8] {
    stride(from: Integer.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: integer >> Integer($0)) }
  }
}

/// Object ids of types, which no server changes (its pg_type.dat).
enum PostgresType {
  static let bool: UInt32 = 16
  static let bytea: UInt32 = 17
  static let int8: UInt32 = 20
  static let byteaArray: UInt32 = 1001
  static let int8Array: UInt32 = 1016
}
