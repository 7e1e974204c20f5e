import CEmbeddedText
import CZlib
import OctetHost
import OctetText

/// The page of `octet draw`: a board to draw on, and the network, which runs in the page.
///
/// Unlike the other pages it has a script: octet.mjs and draw.mjs, whose hash is the only one that the page's security
/// policy lets run. It asks for nothing either. Model and runtime stand in it, compressed, as text.
package struct DrawPage: Sendable {
  /// For the title.
  package let name: String
  /// The .octet file.
  package let model: [UInt8]
  /// octet.wasm.
  package let runtime: [UInt8]
  /// The layers as people know them.
  package let layers: [String]
  /// Likewise of the outputs.
  package let outputs: [String]
  package let version: String

  package init(
    name: String, model: [UInt8], runtime: [UInt8], layers: [String], outputs: [String], version: String
  ) {
    self.name = name
    self.model = model
    self.runtime = runtime
    self.layers = layers
    self.outputs = outputs
    self.version = version
  }

  /// The bytes of the file follow from the values alone.
  package var html: String {
    let script = Self.script
    var page = Markup()
    page.add(literal: "<!DOCTYPE html>\n")
    page.element("html", ["lang": "en"]) { page in
      page.element("head") { page in
        page.leaf("meta", ["charset": "utf-8"])
        page.leaf(
          "meta",
          [
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; img-src data: blob:; style-src 'unsafe-inline'; "
              + "script-src 'wasm-unsafe-eval' 'sha256-\(Self.hash(script))'",
          ])
        page.leaf("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
        page.leaf("meta", ["name": "generator", "content": "octet \(version)"])
        page.leaf("link", ["rel": "icon", "href": "data:,"])
        page.element("title", text: "Octet: \(name)")
        page.element("style") { page in
          page.add(literal: StyleSheet.colors)
          page.add(ownText: Self.text("draw.css"))
        }
      }
      page.element("body") { page in
        page.add(ownText: Self.text("draw.html"))
        data("model-facts", "application/json", Self.json(facts), &page)
        data("model-runtime", "application/octet-stream", Self.packed(runtime), &page)
        data("model-file", "application/octet-stream", Self.packed(model), &page)
        page.element("script", ["type": "module"]) { $0.add(ownText: script) }
      }
    }
    page.add(literal: "\n")
    return page.text
  }

  private func data(_ identifier: String, _ type: String, _ text: String, _ page: inout Markup) {
    page.element("script", ["id": identifier, "type": type]) { $0.add(ownText: text) }
  }

  private var facts: [(name: String, value: [String])] {
    [("name", [name]), ("footer", ["Made by octet \(version)."]), ("layers", layers), ("outputs", outputs)]
  }

  /// JSON that can stand in a script element: no `<` is left, and control characters are escaped. Names are shown by
  /// the script as text.
  private static func json(_ facts: [(name: String, value: [String])]) -> String {
    let members = facts.map { name, values in
      let isList = name == "layers" || name == "outputs"
      let list = values.map { quoted($0.shown) }.joined(separator: ",")
      return "\"\(name)\":" + (isList ? "[\(list)]" : list)
    }
    return "{" + members.joined(separator: ",") + "}"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\", "<", "&", "\u{2028}", "\u{2029}", "\0"..."\u{1F}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// As one module: what draw.mjs takes from octet.mjs is above it.
  private static var script: String {
    text("octet.mjs") + text("draw.mjs")
  }

  private static func text(_ name: String) -> String {
    var count = 0
    guard let bytes = octet_embedded_text(name, &count) else {
      preconditionFailure("\(name) is part of the program")
    }
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  private static func hash(_ text: String) -> String {
    let digits = Array(SHA256.hexadecimal(Array(text.utf8)).utf8)
    func value(_ place: Int) -> UInt8 { UInt8(Character(Unicode.Scalar(digits[place])).hexDigitValue ?? 0) }
    return Base64.text(stride(from: 0, to: digits.count, by: 2).map { value($0) << 4 | value($0 + 1) })
  }

  /// Compressed as zlib does, in Base64.
  private static func packed(_ bytes: [UInt8]) -> String {
    var count = compressBound(uLong(bytes.count))
    let packed = [UInt8](unsafeUninitializedCapacity: Int(count)) { buffer, filled in
      // Of memory that there is enough of, by the function before.
      let status = compress2(buffer.baseAddress, &count, bytes, uLong(bytes.count), 9)
      precondition(status == Z_OK, "there is room for what compressBound says")
      filled = Int(count)
    }
    return Base64.text(packed)
  }
}
