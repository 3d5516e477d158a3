/// Writes a form anew (RFC 7578), so that a registry reads what was read here.
///
/// One file may be streamed: the form is then a prefix, the file's bytes, and a suffix, and its length is known ahead.
package struct MultipartFormWriter: Sendable {
  /// Why a form can't be written so that it reads as it is.
  package enum Failure: Error, Hashable, Sendable {
    /// Not a boundary that the reader would accept.
    case boundary
    /// A name, file name or media type that the reader would refuse.
    case head
    /// The content holds the delimiter; another boundary is needed.
    case contentHoldsDelimiter
    /// A second file was to be streamed.
    case secondStreamedFile
    /// No part was written.
    case noParts
  }

  /// What stands around the streamed file.
  package struct Envelope: Hashable, Sendable {
    /// The value of the Content-Type field.
    package let contentType: String
    /// Everything before the streamed file; the whole form where none is streamed.
    package let prefix: [UInt8]
    /// Everything after the streamed file; empty where none is streamed.
    package let suffix: [UInt8]

    /// The length of the form around a file of so many bytes; `nil` if no Int holds it.
    package func length(fileLength: Int) -> Int? {
      let (length, overflow) = (prefix.count + suffix.count).addingReportingOverflow(fileLength)
      return overflow || fileLength < 0 ? nil : length
    }
  }

  private let boundary: [UInt8]
  private let contentType: String
  private var prefix: [UInt8] = []
  private var suffix: [UInt8] = []
  private var streamsFile = false

  /// - Parameter boundary: chosen at random after everything that it will stand between, so that a streamed file can't hold it.
  package init(boundary: ExactString) throws(Failure) {
    guard MultipartGrammar.isBoundary(boundary.utf8), boundary.utf8.allSatisfy(ASCII.isTokenCharacter) else { throw .boundary }
    self.boundary = Array(boundary.utf8)
    self.contentType = "multipart/form-data; boundary=\(boundary.text)"
  }

  /// Writes a part whose content is at hand.
  package mutating func append(_ head: MultipartPartHead, content: [UInt8]) throws(Failure) {
    guard !MultipartScan.contains(Array("--".utf8) + boundary, in: content.span) else { throw .contentHoldsDelimiter }
    var part = try opened(head)
    part += content
    part += "\r\n".utf8
    if streamsFile { suffix += part } else { prefix += part }
  }

  /// Writes the head of the one part whose content the caller sends between prefix and suffix.
  package mutating func appendStreamedFile(_ head: MultipartPartHead) throws(Failure) {
    guard !streamsFile else { throw .secondStreamedFile }
    prefix += try opened(head)
    streamsFile = true
    suffix += "\r\n".utf8
  }

  package func finish() throws(Failure) -> Envelope {
    guard !prefix.isEmpty else { throw .noParts }
    let close = Array("--".utf8) + boundary + Array("--\r\n".utf8)
    return Envelope(
      contentType: contentType, prefix: streamsFile ? prefix : prefix + close, suffix: streamsFile ? suffix + close : [])
  }

  private func opened(_ head: MultipartPartHead) throws(Failure) -> [UInt8] {
    guard MultipartGrammar.isName(head.name.utf8) else { throw .head }
    var text = "Content-Disposition: form-data; name=\"\(head.name.text)\""
    if let fileName = head.fileName {
      guard MultipartGrammar.isFileName(fileName.utf8) else { throw .head }
      text += "; filename=\"\(fileName.text)\""
    }
    if let type = head.contentType {
      guard MultipartGrammar.isPartType(Array(type.utf8)[...]) else { throw .head }
      text += "\r\nContent-Type: \(type.text)"
    }
    return Array("--".utf8) + boundary + Array("\r\n\(text)\r\n\r\n".utf8)
  }
}
