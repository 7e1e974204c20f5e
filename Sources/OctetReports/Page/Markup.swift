import OctetText

/// HTML and SVG as it is put together.
///
/// The one place where text gets into a page: names of elements and attributes are literals of the program, and all
/// that comes as a `String` is escaped on the way in. The result is well-formed XML too.
package struct Markup: Equatable, Sendable {
  package private(set) var text = ""

  package init() {}

  /// An element with what `content` puts into it.
  package mutating func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:],
    _ content: (inout Markup) -> Void
  ) {
    open(name, attributes)
    text += ">"
    content(&self)
    text += "</\(name)>"
  }

  /// An element that holds nothing but text.
  package mutating func element(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], text: String
  ) {
    element(name, attributes) { $0.add(text: text) }
  }

  /// An element that can hold nothing: `meta` in HTML, shapes in SVG.
  package mutating func leaf(
    _ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:]
  ) {
    open(name, attributes)
    text += "/>"
  }

  package mutating func add(text string: String) { text += Self.escaped(string) }

  package mutating func add(_ other: Markup) { text += other.text }

  /// What the program itself says, as it stands: the document type, a style sheet.
  package mutating func add(literal: StaticString) { text += "\(literal)" }

  /// The same for what the program holds as files of its own: a style sheet, a script; and for Base64.
  mutating func add(ownText string: String) { text += string }

  private mutating func open(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String>) {
    text += "<\(name)"
    for (name, value) in attributes { text += " \(name)=\"\(Self.escaped(value))\"" }
  }

  /// Text as it can stand between tags and in quotes, with what cannot be seen written out: a file name must not look
  /// like another one.
  package static func escaped(_ string: String) -> String {
    if string.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && !isSpecial($0) }) { return string }
    var result = ""
    for scalar in string.shown.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): true
    default: false
    }
  }
}
