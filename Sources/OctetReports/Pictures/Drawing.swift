/// An SVG picture: shapes on a plane whose y grows downwards, in units that are pixels on a phone.
///
/// Looks come from the classes of `StyleSheet`; positions are rounded to hundredths, so that the text is short and the
/// same everywhere.
package struct Drawing: Sendable {
  package let width: Double
  package let height: Double
  /// The text description.
  package let alternative: String
  private var body = Markup()

  package init(width: Double, height: Double, alternative: String) {
    self.width = width
    self.height = height
    self.alternative = alternative
  }

  // MARK: shapes

  package mutating func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ style: String, opacity: Double? = nil,
    radius: Double = 0, hint: String? = nil
  ) {
    let (x, y, width, height) = (text(x), text(y), text(width), text(height))
    let rest: KeyValuePairs<StaticString, String> =
      switch (opacity, radius > 0) {
      case (nil, false): ["x": x, "y": y, "width": width, "height": height, "class": style]
      case (let opacity?, false):
        ["x": x, "y": y, "width": width, "height": height, "class": style, "fill-opacity": text(opacity)]
      case (nil, true):
        ["x": x, "y": y, "width": width, "height": height, "rx": text(radius), "class": style]
      case (let opacity?, true):
        [
          "x": x, "y": y, "width": width, "height": height, "rx": text(radius), "class": style,
          "fill-opacity": text(opacity),
        ]
      }
    if let hint {
      body.element("rect", rest) { $0.element("title", text: hint) }
    } else {
      body.leaf("rect", rest)
    }
  }

  package mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
    body.leaf("path", ["d": "M\(text(x1)) \(text(y1))L\(text(x2)) \(text(y2))", "class": style])
  }

  package mutating func path(_ path: Path, _ style: String) {
    guard !path.isEmpty else { return }
    body.leaf("path", ["d": path.text, "class": style])
  }

  package mutating func circle(_ x: Double, _ y: Double, radius: Double, _ style: String) {
    body.leaf("circle", ["cx": text(x), "cy": text(y), "r": text(radius), "class": style])
  }

  /// `y` is the base line.
  package mutating func write(_ string: String, _ x: Double, _ y: Double, _ style: String = "") {
    let (x, y) = (text(x), text(y))
    body.element("text", style.isEmpty ? ["x": x, "y": y] : ["x": x, "y": y, "class": style], text: string)
  }

  /// From the bottom to the top; `x` is the base line.
  package mutating func write(upwards string: String, _ x: Double, _ y: Double, _ style: String = "") {
    body.element(
      "text", ["transform": "translate(\(text(x)) \(text(y)))rotate(-90)", "class": style], text: string)
  }

  package mutating func image(
    _ picture: PalettePicture, _ x: Double, _ y: Double, _ width: Double, _ height: Double
  ) {
    body.leaf(
      "image",
      [
        "x": text(x), "y": text(y), "width": text(width), "height": text(height),
        "preserveAspectRatio": "none", "href": picture.dataAddress,
      ])
  }

  /// Another drawing with its upper left corner at a place.
  package mutating func add(_ other: Drawing, _ x: Double, _ y: Double) {
    body.element("g", ["transform": "translate(\(text(x)) \(text(y)))"]) { $0.add(other.body) }
  }

  // MARK: the result

  /// As a part of a page, which has the style sheet.
  func write(to page: inout Markup) {
    page.element(
      "svg",
      ["viewBox": "0 0 \(text(width)) \(text(height))", "role": "img", "aria-label": alternative]
    ) { $0.add(body) }
  }

  /// As a file of its own.
  package func file(title: String) -> String {
    var file = Markup()
    file.element(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "viewBox": "-12 -12 \(text(width + 24)) \(text(height + 24))",
        "width": text(width + 24), "height": text(height + 24), "role": "img", "aria-label": alternative,
      ]
    ) { file in
      file.element("title", text: title)
      file.element("desc", text: alternative)
      file.element("style") { file in
        file.add(literal: StyleSheet.colors)
        file.add(literal: StyleSheet.drawings)
      }
      file.leaf(
        "rect",
        ["x": "-12", "y": "-12", "width": text(width + 24), "height": text(height + 24), "class": "paper"])
      file.add(body)
    }
    file.add(literal: "\n")
    return file.text
  }

  private func text(_ value: Double) -> String { Coordinate.text(value) }
}

/// The outline of shapes, as SVG writes it.
package struct Path: Sendable {
  private(set) var text = ""

  package init() {}

  var isEmpty: Bool { text.isEmpty }

  mutating func move(_ x: Double, _ y: Double) { text += "M\(Coordinate.text(x)) \(Coordinate.text(y))" }

  mutating func line(_ x: Double, _ y: Double) { text += "L\(Coordinate.text(x)) \(Coordinate.text(y))" }

  mutating func curve(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ x: Double, _ y: Double) {
    text += "C" + [x1, y1, x2, y2, x, y].map(Coordinate.text).joined(separator: " ")
  }

  /// From the lower left corner.
  mutating func bar(_ x: Double, _ bottom: Double, _ width: Double, _ height: Double) {
    move(x, bottom)
    text += "v\(Coordinate.text(-height))h\(Coordinate.text(width))v\(Coordinate.text(height))z"
  }
}

/// Numbers of a drawing.
enum Coordinate {
  /// In hundredths, without zeros at the end.
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let hundredths = Int((min(max(value, -1e9), 1e9) * 100).rounded())
    let (whole, rest) = hundredths.magnitude.quotientAndRemainder(dividingBy: 100)
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }
}

extension Drawing {
  /// How high a cell of such a width is. Those of series, which are far from square, are drawn together or pulled
  /// apart.
  static func cellHeight(of shape: (height: Int, width: Int), width: Double) -> Double {
    min(max(width * Double(shape.height) / Double(shape.width), width / 4), width * 2)
  }

  /// How high a picture made of cells is.
  static func mosaicHeight(_ picture: PalettePicture, columns: Int, rows: Int, width: Double) -> Double {
    let shape = (picture.height / max(rows, 1), picture.width / max(columns, 1))
    return Double(max(rows, 1)) * cellHeight(of: shape, width: width / Double(max(columns, 1)))
  }

  /// A picture made of cells of one size, with lines in the colour of the paper between them.
  mutating func mosaic(
    _ picture: PalettePicture, columns: Int, rows: Int, _ x: Double, _ y: Double, _ width: Double
  ) {
    let height = Self.mosaicHeight(picture, columns: columns, rows: rows, width: width)
    image(picture, x, y, width, height)
    for column in 1..<max(columns, 1) {
      let place = x + width * Double(column) / Double(columns)
      line(place, y, place, y + height, "cut")
    }
    for row in 1..<max(rows, 1) {
      let place = y + height * Double(row) / Double(rows)
      line(x, place, x + width, place, "cut")
    }
  }
}
