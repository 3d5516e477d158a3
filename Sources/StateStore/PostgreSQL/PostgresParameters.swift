/// The values of a statement as libpq wants them: pointers, all into one buffer.
struct PostgresParameters {
  private var bytes: [UInt8] = []
  private var offsets: [Int?] = []
  private var lengths: [Int32] = []
  private let types: [UInt32]

  init(_ values: [PostgresValue]) {
    types = values.map(\.type)
    for value in values {
      let encoded = value.encoded
      offsets.append(encoded.map { _ in bytes.count })
      lengths.append(Int32(clamping: encoded?.count ?? 0))
      bytes += encoded ?? []
    }
    // So that an empty value has a place, too: a null pointer would be NULL.
    bytes.append(0)
  }

  /// How many there are, and their types, places, lengths and formats, of which each is binary.
  @unsafe func withPointers<Value>(
    _ body: (
      Int32, UnsafePointer<UInt32>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) -> Value
  ) -> Value {
    let formats = [Int32](repeating: 1, count: types.count)
    return unsafe CPointers.within(bytes, at: offsets) { places in
      unsafe types.withUnsafeBufferPointer { types in
        unsafe lengths.withUnsafeBufferPointer { lengths in
          unsafe formats.withUnsafeBufferPointer { formats in
            unsafe body(Int32(clamping: types.count), types.baseAddress, places, lengths.baseAddress, formats.baseAddress)
          }
        }
      }
    }
  }
}

/// Arrays of pointers, as C takes them.
enum CPointers {
  /// To C strings, ended by a null pointer.
  @unsafe static func strings<Value>(_ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value) -> Value {
    var bytes: [UInt8] = []
    var offsets: [Int?] = []
    for text in texts {
      offsets.append(bytes.count)
      bytes += Array(text.utf8) + [0]
    }
    return unsafe within(bytes, at: offsets + [nil], body)
  }

  /// To places of one buffer; nil gives a null pointer.
  @unsafe fileprivate static func within<Value>(
    _ bytes: [UInt8], at offsets: [Int?], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Value
  ) -> Value {
    unsafe bytes.withUnsafeBytes { buffer in
      let base = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      let pointers = unsafe offsets.map { offset in
        unsafe offset.flatMap { offset in unsafe base.map { unsafe UnsafePointer($0 + offset) } }
      }
      return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
    }
  }
}
