import CZlib

/// Inflates one raw deflate stream (RFC 1951) through the system's zlib, as its bytes arrive and within limits.
@safe package struct InflateStream: ~Copyable {
  /// On the heap: zlib's state points back at it.
  private let stream: UnsafeMutablePointer<z_stream>
  private let limits: InflateLimits

  /// Bytes taken so far.
  package private(set) var consumed = 0
  /// Bytes given so far.
  package private(set) var produced = 0
  /// Whether the last block was read to its end. What follows it is not of this stream.
  package private(set) var isFinished = false

  package init(limits: InflateLimits = InflateLimits()) throws(InflateRefusal) {
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: z_stream())
    // A negative window: raw deflate. gzip's and zlib's wrappings are read by our own stricter code.
    guard unsafe inflateInit2_(stream, -MAX_WBITS, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      unsafe stream.deallocate()
      throw .outOfMemory
    }
    unsafe self.stream = stream
    self.limits = limits
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Inflates bytes of a chunk, from `offset` on, which it moves; what comes out overwrites the beginning of `output`.
  ///
  /// Call it until it returns 0: then the chunk is used up, or the stream is finished.
  /// - Returns: how many bytes of `output` were written.
  package mutating func inflate(
    _ chunk: Span<UInt8>, at offset: inout Int, into output: inout [UInt8]
  ) throws(InflateRefusal) -> Int {
    guard !isFinished, (0...chunk.count).contains(offset) else { return 0 }
    let input = chunk.extracting(offset...)
    let (status, taken, given) = unsafe Self.step(stream, input, &output)
    offset += taken
    consumed += taken
    produced += given
    switch status {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isFinished = true
    case Z_MEM_ERROR: throw .outOfMemory
    default: throw .corrupt
    }
    guard produced <= limits.inflatedBytes else { throw .tooLarge }
    guard produced <= limits.ratioGrace || produced / limits.ratio <= consumed else { throw .bomb }
    return given
  }

  /// Inflates a chunk to its end or the stream's, whichever comes first.
  mutating func inflate(
    _ chunk: [UInt8], appendingTo content: inout [UInt8], through buffer: inout [UInt8]
  ) throws(InflateRefusal) {
    var offset = 0
    while true {
      let given = try inflate(chunk.span, at: &offset, into: &buffer)
      if given == 0 { break }
      content += buffer[..<given]
    }
    guard offset == chunk.count || isFinished else { throw .corrupt }
  }

  private static func step(
    _ stream: UnsafeMutablePointer<z_stream>, _ input: Span<UInt8>, _ output: inout [UInt8]
  ) -> (status: Int32, taken: Int, given: Int) {
    unsafe input.withUnsafeBufferPointer { input in
      unsafe output.withUnsafeMutableBufferPointer { output in
        let availableIn = UInt32(clamping: input.count)
        let availableOut = UInt32(clamping: output.count)
        // zlib only reads from next_in, whatever its type says.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.pointee.avail_in = availableIn
        unsafe stream.pointee.next_out = output.baseAddress
        unsafe stream.pointee.avail_out = availableOut
        let status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
        return unsafe (status, Int(availableIn - stream.pointee.avail_in), Int(availableOut - stream.pointee.avail_out))
      }
    }
  }
}
