import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Reads a page as XML, which a careless escape would break, and notes what matters.
final class PageInspection: NSObject, XMLParserDelegate {
  private(set) var text = ""
  private(set) var elements: [String: Int] = [:]
  private(set) var faults: [String] = []
  private(set) var labels: [String] = []
  private var depth: [String] = []

  static func of(_ markup: String, sourceLocation: SourceLocation = #_sourceLocation) -> PageInspection {
    let inspection = PageInspection()
    let parser = XMLParser(data: Data(markup.utf8))
    parser.delegate = inspection
    let isWellFormed = parser.parse()
    #expect(
      isWellFormed, "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "")",
      sourceLocation: sourceLocation)
    #expect(inspection.faults == [], sourceLocation: sourceLocation)
    return inspection
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements[name, default: 0] += 1
    depth.append(name)
    if ["script", "iframe", "object", "embed", "form", "foreignObject"].contains(name) {
      faults.append("an element \(name)")
    }
    for (attribute, value) in attributes {
      if attribute.hasPrefix("on") { faults.append("an attribute \(attribute)") }
      if ["href", "src", "xlink:href"].contains(attribute), !value.hasPrefix("data:"), !value.hasPrefix("#") {
        faults.append("a link to \(value)")
      }
    }
    if name == "svg", attributes["class"] != "sheets" {
      if attributes["role"] != "img" { faults.append("an svg without role") }
      if (attributes["aria-label"] ?? "").isEmpty { faults.append("an svg without a text alternative") }
      labels.append(attributes["aria-label"] ?? "")
    }
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?)
  {
    depth.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    if depth.last != "style" { text += string }
  }
}
