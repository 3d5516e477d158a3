/// An element of an XML 1.0 document, in UTF-8: what is written can't end its value before its end.
struct XMLElement {
  let name: StaticString
  private(set) var attributes: [(name: StaticString, value: String)]
  private(set) var children: [XMLElement]
  let text: String

  init(_ name: StaticString, _ attributes: [(name: StaticString, value: String)], _ children: [XMLElement] = [], text: String = "") {
    self.name = name
    self.attributes = attributes
    self.children = children
    self.text = text
  }

  /// The whole document of which this is the root.
  var document: [UInt8] {
    var bytes = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
    write(to: &bytes, indentation: 0)
    return bytes
  }

  private func write(to bytes: inout [UInt8], indentation: Int) {
    let margin = Array(repeating: UInt8(ascii: " "), count: 2 * indentation)
    bytes += margin + Array("<\(name)".utf8)
    for (name, value) in attributes { bytes += Array(" \(name)=\"\(Self.escaped(value, inAttribute: true))\"".utf8) }
    if children.isEmpty, text.isEmpty {
      bytes += Array("/>\n".utf8)
      return
    }
    bytes += Array(">\(Self.escaped(text, inAttribute: false))".utf8)
    if !children.isEmpty {
      bytes.append(UInt8(ascii: "\n"))
      for child in children { child.write(to: &bytes, indentation: indentation + 1) }
      bytes += margin
    }
    bytes += Array("</\(name)>\n".utf8)
  }

  private static func escaped(_ text: String, inAttribute: Bool) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x26: escaped += "&amp;"
      case 0x3C: escaped += "&lt;"
      case 0x3E: escaped += "&gt;"
      case 0x22: escaped += "&quot;"
      // A reader would make spaces of these in an attribute, and line feeds of carriage returns (XML 1.0, sections 2.11 and 3.3.3).
      case 0x0D: escaped += "&#13;"
      case 0x09, 0x0A: if inAttribute { escaped += "&#\(scalar.value);" } else { escaped.unicodeScalars.append(scalar) }
      // No document may hold these (XML 1.0, section 2.2), or nobody would see them, or what they do to the rest.
      case 0..<0x20, 0x7F..<0xA0, 0x061C, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFFFE, 0xFFFF:
        escaped += "\\u{\(String(scalar.value, radix: 16))}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
