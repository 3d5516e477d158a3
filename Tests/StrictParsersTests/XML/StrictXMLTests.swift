import StrictParsers
import TestSupport
import Testing

@Suite("XML") struct StrictXMLTests {
  private static let unlimited = WorkBudget { false }

  private static func parse(_ text: String, limits: StrictXML.Limits = .init()) throws(XMLError) -> XMLElement {
    try StrictXML.parse(Array(text.utf8), limits: limits, budget: unlimited)
  }

  @Test("is read as elements with attributes, namespaces and text") func whole() throws {
    let root = try Self.parse(
      "\u{FEFF}<?xml version=\"1.0\" encoding='UTF-8' standalone=\"no\" ?>\r\n<!-- a - b --><a xmlns='urn:a' xmlns:p = \"urn:p\" b = 'c\"d' p:e=\"&lt;\">\n"
        + "<b/><p:c xmlns=''><d xml:space=\"preserve\">text ä</d ></p:c>\n</a>\n<!----> ")
    #expect((root.prefix, root.name, root.namespace) == ("", "a", "urn:a"))
    #expect(root.attributes.map(\.name) == ["b", "p:e"] && root.attribute("b")?.value == "c\"d" && root.attribute("x") == nil)
    #expect(root.attribute("p:e")?.value == nil && root.text == nil)
    #expect(root.children.map(\.name) == ["b", "c"] && root.children.map(\.namespace) == ["urn:a", "urn:p"])
    #expect(root.children[0].text == "" && root.children[1].prefix == "p")
    let inner = root.children[1].children[0]
    #expect(inner.namespace == "" && inner.text == "text ä" && inner.attribute("xml:space")?.value == "preserve")
  }

  @Test(
    "has text where that is one run of characters",
    arguments: [
      ("<a>b</a>", "b"), ("<a></a>", ""), ("<a/>", ""), ("<a> b\n</a>", " b\n"), ("<a>b&amp;c</a>", nil), ("<a>&#x62;</a>", nil),
      ("<a>b<!-- c --></a>", nil), ("<a>b<?c d?></a>", nil), ("<?b?><?c d>?><a>b</a><?xml-b?>", "b"), ("<a><!-- c -->b</a>", nil),
      ("<a><![CDATA[b]]></a>", nil), ("<a>b<c/></a>", nil), ("<a>b\r\n</a>", nil),
      ("<a>]]</a>", "]]"),
    ] as [(String, ExactString?)])
  func text(document: String, text: ExactString?) throws { #expect(try Self.parse(document).text == text) }

  @Test(
    "is refused where readers differ, or it is none",
    arguments: [
      ("", .unexpectedEnd, 0), ("<a>", .unexpectedEnd, 3), ("<a", .unexpectedEnd, 2), ("<a b", .unexpectedEnd, 4),
      ("<a b='", .unexpectedEnd, 6),
      ("<a><!--", .unexpectedEnd, 7), ("<a><![CDATA[", .unexpectedEnd, 12), ("<a>&amp", .unexpectedEnd, 7),
      ("<!DOCTYPE a><a/>", .documentType, 0), ("<a><!ELEMENT b></a>", .documentType, 3), ("<a><?xml c?></a>", .misplacedDeclaration, 3),
      ("<a/><?XML?>", .misplacedDeclaration, 4), ("<a><?b c></a>", .unexpectedEnd, 13), ("<a><? b?></a>", .unexpectedByte, 5),
      ("<a><?b\u{E9}?></a>", .unexpectedByte, 6), ("<a><?b!?></a>", .unexpectedByte, 6), ("<?b", .unexpectedEnd, 3),
      (" <?xml version='1.0'?><a/>", .misplacedDeclaration, 1),
      ("<?xml version='1.1'?><a/>", .declaration, 0), ("<?xml encoding='utf-8'?><a/>", .declaration, 0),
      ("<?xml version='1.0' encoding='latin1'?><a/>", .declaration, 0), ("<?xml version='1.0'encoding='utf-8'?><a/>", .declaration, 0),
      ("<?xml version='1.0' standalone='maybe'?><a/>", .declaration, 0), ("<?xml version='1.0' x='y'?><a/>", .declaration, 0),
      ("<?xml version='1.0' standalone='yes' encoding='utf-8'?><a/>", .declaration, 0),
      ("<a>&b;</a>", .entity, 3), ("<a b='&c;'/>", .entity, 6), ("<a>&#0;</a>", .characterReference, 3),
      ("<a>&#xD800;</a>", .characterReference, 3),
      ("<a>&#99999999999;</a>", .characterReference, 3), ("<a>&#;</a>", .characterReference, 3),
      ("<a>&#xFFFE;</a>", .characterReference, 3),
      ("<a>&#X41;</a>", .characterReference, 3), ("<a>& b</a>", .unexpectedByte, 4), ("<a>]]></a>", .unexpectedByte, 3),
      ("<a b='<'/>", .unexpectedByte, 6), ("<a b=c/>", .unexpectedByte, 5), ("<a b='c'd='e'/>", .unexpectedByte, 8),
      ("<a b='c' b='d'/>", .repeatedAttribute, 9),
      ("<a xmlns:x='u' xmlns:y='u' x:b='' y:b=''/>", .repeatedAttribute, 34), ("< a/>", .unexpectedByte, 1), ("<a / >", .unexpectedByte, 3),
      ("<1/>", .unexpectedByte, 1), ("<a:b:c/>", .unexpectedByte, 1), ("<:a/>", .unexpectedByte, 1), ("<a:/>", .unexpectedByte, 1),
      ("<\u{E9}/>", .unexpectedByte, 1),
      ("<x:a/>", .undeclaredPrefix, 1), ("<a x:b=''/>", .undeclaredPrefix, 3), ("<xml:a/>", .undeclaredPrefix, 1),
      ("<xmlns:a/>", .undeclaredPrefix, 1),
      ("<a xmlns:x=''/>", .namespace, 3), ("<a xmlns:xml='u'/>", .namespace, 3), ("<a xmlns:xmlns='u'/>", .namespace, 3),
      ("<a xmlns='&amp;'/>", .namespace, 3), ("<a xmlns='urn:b c'/>", .namespace, 3), ("<a xmlns:x='\u{E9}'/>", .namespace, 3),
      ("<a xmlns='http://www.w3.org/2000/xmlns/'/>", .namespace, 3),
      ("<a></b>", .mismatchedEnd, 3), ("<a><b></a></b>", .mismatchedEnd, 6), ("</a>", .mismatchedEnd, 0), ("<a/><b/>", .secondRoot, 4),
      ("a<b/>", .secondRoot, 0),
      ("<a/>b", .secondRoot, 4), ("<a/><![CDATA[]]>", .secondRoot, 4), ("<a/>&amp;", .secondRoot, 4),
      ("<a><!-- -- --></a>", .unexpectedByte, 10),
      ("<a>\u{0}</a>", .forbiddenCharacter, 3), ("<a>\u{B}</a>", .forbiddenCharacter, 3), ("<a>\u{FFFE}</a>", .forbiddenCharacter, 3),
      ("<a>\u{FEFF}</a", .unexpectedEnd, 9),
    ] as [(String, XMLError.Reason, Int)])
  func refused(document: String, reason: XMLError.Reason, offset: Int) {
    #expect(throws: XMLError(reason, at: offset)) { try Self.parse(document) }
  }

  @Test(
    "is refused in other encodings",
    arguments: [
      ([0xFF, 0xFE, 0x3C, 0x00, 0x61, 0x00], .forbiddenCharacter), ([0xFE, 0xFF, 0x00, 0x3C], .forbiddenCharacter),
      (Array("<a>".utf8) + [0xE9] + Array("</a>".utf8), .invalidUTF8),
      (Array("<a>".utf8) + [0xC0, 0xAF] + Array("</a>".utf8), .invalidUTF8),
      (Array("<a>".utf8) + [0xED, 0xA0, 0x80] + Array("</a>".utf8), .invalidUTF8),
    ] as [([UInt8], XMLError.Reason)])
  func encodings(bytes: [UInt8], reason: XMLError.Reason) {
    do throws(XMLError) {
      _ = try StrictXML.parse(bytes, budget: Self.unlimited)
      Issue.record("accepted")
    } catch { #expect(error.reason == reason) }
  }

  @Test("is bounded in depth, elements, attributes and namespaces") func bounds() throws {
    let limits = StrictXML.Limits(depth: 3, elements: 5, attributes: 2, namespaces: 2)
    _ = try Self.parse("<a><b><c/></b><d/><e/></a>", limits: limits)
    for (document, reason) in [
      ("<a><b><c><d/></c></b></a>", .tooDeep), ("<a><b/><b/><b/><b/><b/></a>", .tooMany), ("<a b='' c='' d=''/>", .tooMany),
      ("<a xmlns:b='u' xmlns:c='u'><d xmlns:e='u'/></a>", .tooMany),
    ] as [(String, XMLError.Reason)] {
      do throws(XMLError) {
        _ = try Self.parse(document, limits: limits)
        Issue.record("accepted")
      } catch { #expect(error.reason == reason && error.description.hasPrefix(reason.rawValue)) }
    }
    do throws(XMLError) {
      _ = try StrictXML.parse(Array(("<a>" + String(repeating: "<b/>", count: 1_000) + "</a>").utf8), budget: WorkBudget { true })
      Issue.record("accepted")
    } catch { #expect(error.reason == .budgetSpent) }
  }
}
