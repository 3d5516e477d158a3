import StrictParsers

/// The document of an upload as it arrives: the attachment's content is decoded on the way, everything else is kept for `StrictJSON`.
///
/// The content is a string at `_attachments.KEY.data`, of the first `KEY` that ends with `.tgz`. In what is kept, an empty string stands there.
struct NPMBody: Sendable {
  private static let attachments: ExactString = "_attachments"
  private static let data: ExactString = "data"
  /// A packument with thousands of versions, without their files.
  private static let mostKeptBytes = 16 << 20
  private static let deepest = 64
  static let fileSuffix = Array(".tgz".utf8)
  /// Of the keys that say where the content is: each character escaped.
  private static let longestEscapedKey = 6 * attachments.utf8.count + 2
  /// The file, and what is stated of it.
  private static let mostAttachments = 16

  /// Why a document is larger than it need be.
  static let history = MetadataDoubt(
    "npm 9 and older send all versions once the registry has this one already; publish a new one, or use npm 10")

  private enum Place: Sendable {
    case elsewhere
    case string(isEscaped: Bool)
    case content
  }

  private(set) var kept: [UInt8] = []
  /// Of the attachment whose content was decoded.
  private(set) var attachment: ExactString?
  private var attachmentCount = 0
  private var place = Place.elsewhere
  /// Where the string that is being read begins in what is kept.
  private var stringStart = 0
  /// For each open object or array, the key that it is at; `nil` in an array.
  private var keys: [ExactString?] = []
  /// Whether a string would be a key.
  private var expectsKey = false
  private var pendingKey: ExactString?
  /// Up to three characters that make no whole byte yet.
  private var held: [UInt8] = []
  private var isPadded = false

  /// Reads the next bytes. `file` is called with each run of the attachment's own bytes.
  mutating func receive(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) throws(UploadRefusal) {
    var index = 0
    while index < bytes.count {
      switch place {
      case .content: index = try readContent(bytes, from: index, file: file)
      case .string(let isEscaped):
        try readString(bytes[index], isEscaped: isEscaped)
        index += 1
      case .elsewhere:
        try readStructure(bytes[index])
        index += 1
      }
      guard kept.count <= Self.mostKeptBytes else { throw .documentTooLarge(Self.history) }
    }
  }

  // MARK: - Structure

  private mutating func readStructure(_ byte: UInt8) throws(UploadRefusal) {
    kept.append(byte)
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      guard keys.count < Self.deepest else { throw .malformedJSON(JSONError(.tooDeep, at: kept.count - 1)) }
      keys.append(nil)
      expectsKey = byte == UInt8(ascii: "{")
      isArray.append(byte == UInt8(ascii: "["))
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      guard !keys.isEmpty else { throw .malformedJSON(JSONError(.unexpectedByte, at: kept.count - 1)) }
      keys.removeLast()
      isArray.removeLast()
      expectsKey = false
    case UInt8(ascii: ","): expectsKey = isArray.last == false
    case UInt8(ascii: ":"):
      if !keys.isEmpty { keys[keys.count - 1] = pendingKey }
      pendingKey = nil
      expectsKey = false
    case UInt8(ascii: "\""):
      stringStart = kept.count - 1
      if !expectsKey, isContent, attachment == nil {
        attachment = keys[1]
        place = .content
      } else {
        place = .string(isEscaped: false)
      }
    default: break
    }
  }

  private var isArray: [Bool] = []

  /// Whether an attachment of this name is the package's file.
  static func isFile(_ key: ExactString) -> Bool { key.utf8.suffix(fileSuffix.count).elementsEqual(fileSuffix) }

  private var isContent: Bool {
    guard keys.count == 3, keys[0] == Self.attachments, let key = keys[1] else { return false }
    return keys[2] == Self.data && Self.isFile(key)
  }

  private mutating func readString(_ byte: UInt8, isEscaped: Bool) throws(UploadRefusal) {
    kept.append(byte)
    guard byte == UInt8(ascii: "\""), !isEscaped else {
      place = .string(isEscaped: byte == UInt8(ascii: "\\") && !isEscaped)
      return
    }
    place = .elsewhere
    guard expectsKey else { return }
    expectsKey = false
    guard try leadsToContent() else { return }
    do throws(JSONError) { pendingKey = try StrictJSON.parse(kept[stringStart...]).string } catch {
      throw .malformedJSON(JSONError(error.reason, at: stringStart + error.offset))
    }
  }

  /// Whether the key that was just read could lead to the content. Others are read once, with the whole document.
  private mutating func leadsToContent() throws(UploadRefusal) -> Bool {
    let isBelow = keys.first == Self.attachments
    if keys.count == 2, isBelow {
      attachmentCount += 1
      guard attachmentCount <= Self.mostAttachments else { throw .malformedField(Self.attachments) }
      return true
    }
    return (keys.count == 1 || keys.count == 3 && isBelow) && kept.count - stringStart <= Self.longestEscapedKey
  }

  // MARK: - Content

  private mutating func readContent(_ bytes: Span<UInt8>, from start: Int, file: (Span<UInt8>) -> Void) throws(UploadRefusal) -> Int {
    var end = start
    while end < bytes.count, bytes[end] != UInt8(ascii: "\"") { end += 1 }
    var characters = held
    characters.append(copying: bytes.extracting(start..<end))
    let isEnd = end < bytes.count
    let whole = isEnd ? characters.count : characters.count / 4 * 4
    held = Array(characters[whole...])
    if whole > 0 {
      guard !isPadded else { throw .malformedField(Self.data) }
      isPadded = characters[whole - 1] == UInt8(ascii: "=")
      let decoded: [UInt8]
      do throws(Base64Error) { decoded = try Base64.decode(characters[..<whole]) } catch { throw .malformedField(Self.data) }
      file(decoded.span)
    }
    guard isEnd else { return end }
    kept.append(UInt8(ascii: "\""))
    place = .elsewhere
    return end + 1
  }
}
