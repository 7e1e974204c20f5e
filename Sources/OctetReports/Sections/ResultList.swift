import OctetCommandLine

/// A picture that was classified.
package struct PictureResult: Sendable {
  let name: String
  /// What is in the file, and what the network saw of it.
  fileprivate(set) var original: PictureTile
  fileprivate(set) var seen: PictureTile
  let answer: Int
  /// In 1/65,536, one for each class; empty for a model without probabilities.
  let probabilities: [UInt32]
  /// The true class, if it is known.
  let truth: Int?

  package init(
    name: String, original: PictureTile, seen: PictureTile, answer: Int, probabilities: [UInt32], truth: Int?
  ) {
    self.name = name
    self.original = original
    self.seen = seen
    self.answer = answer
    self.probabilities = probabilities
    self.truth = truth
  }

  mutating func reduce(to side: Int) {
    original = original.reduced(to: side)
    seen = seen.reduced(to: side)
  }
}

/// Classified pictures of a page, each beside what the network saw, its answer and the probabilities as bars.
///
/// The pictures lie in a few tall sheets, a cell for each result, of which the page shows one cell at a time: a
/// thousand small files in one compress far better than alone.
package struct ResultList: Sendable {
  let results: [PictureResult]
  let classNames: [String]

  /// Pictures are smaller the more there are; none is larger than the first.
  package static func side(for count: Int) -> Int { count <= 300 ? 84 : count <= 2000 ? 56 : 28 }

  /// Bytes that the list may take of a page.
  private static let budget = 4_500_000
  /// Rows of pixels in a sheet.
  private static let sheetHeight = 7000
  /// Gray levels of 4 bits cannot be told from more at this size.
  private static let bits = 4

  private var side: Int { Self.side(for: results.count) }
  private var gap: Int { side / 14 }
  private var cellWidth: Int { 2 * side + gap }

  func write(to page: inout Markup) {
    let perSheet = Self.sheetHeight / side
    var items = Markup()
    var sheets = Markup()
    var shown = 0
    for (number, start) in stride(from: 0, to: results.count, by: perSheet).enumerated() {
      let part = Array(results[start..<min(start + perSheet, results.count)])
      let before = (items, sheets)
      write(part, sheet: number, &items, &sheets)
      if items.text.utf8.count + sheets.text.utf8.count > Self.budget {
        (items, sheets) = before
        break
      }
      shown += part.count
    }
    page.element("ol", ["class": "seen"]) { $0.add(items) }
    page.element("svg", ["class": "sheets", "aria-hidden": "true"]) { page in
      page.element("defs") { $0.add(sheets) }
    }
    if shown < results.count {
      page.element(
        "p",
        text:
          "\(NumberText.grouped(results.count - shown)) more results are left out: the page would be larger than 5 MB."
      )
    }
  }

  private func write(_ part: [PictureResult], sheet: Int, _ items: inout Markup, _ sheets: inout Markup) {
    let isColor = part.contains { $0.original.channels == 3 || $0.seen.channels == 3 }
    var pixels: [UInt8] = []
    pixels.reserveCapacity(part.count * side * cellWidth * (isColor ? 3 : 1))
    for (index, result) in part.enumerated() {
      pixels += cell(result, isColor: isColor)
      write(result, sheet: sheet, top: index * side, &items)
    }
    let picture = PalettePicture(
      width: cellWidth, height: part.count * side,
      palette: isColor ? .noneWithHoles : .grayWithHoles(bits: Self.bits),
      pixels: pixels)
    sheets.leaf(
      "image",
      [
        "id": "s\(sheet)", "width": "\(cellWidth)", "height": "\(part.count * side)",
        "href": picture.dataAddress,
      ])
  }

  private func cell(_ result: PictureResult, isColor: Bool) -> [UInt8] {
    let channels = isColor ? 3 : 1
    var pixels = [UInt8](repeating: PalettePicture.hole, count: side * cellWidth * channels)
    for (tile, left) in [(result.original, 0), (result.seen, side + gap)] {
      let tile = tile.reduced(to: side)
      let scale = max(side / max(tile.width, tile.height), 1)
      let (x, y) = (left + (side - tile.width * scale) / 2, (side - tile.height * scale) / 2)
      for row in 0..<tile.height * scale {
        for column in 0..<tile.width * scale {
          let target = ((y + row) * cellWidth + x + column) * channels
          let source = (row / scale * tile.width + column / scale) * tile.channels
          for channel in 0..<channels {
            let value = tile.pixels[source + min(channel, tile.channels - 1)]
            pixels[target + channel] =
              isColor
              ? PalettePicture.step(color: value) : PalettePicture.step(gray: value, bits: Self.bits)
          }
        }
      }
    }
    return pixels
  }

  private func write(_ result: PictureResult, sheet: Int, top: Int, _ items: inout Markup) {
    let answer = classNames[result.answer]
    items.element("li") { items in
      items.element(
        "svg",
        [
          "viewBox": "0 \(top) \(cellWidth + gap + side * 5 / 4) \(side)", "role": "img",
          "aria-label": alternative(result),
        ]
      ) { items in
        items.leaf("use", ["href": "#s\(sheet)"])
        bars(result, bottom: top + side, &items)
      }
      items.element("b", text: answer)
      if let share = result.probabilities.isEmpty ? nil : result.probabilities[result.answer] {
        items.add(text: " \(Self.percent(share))")
      }
      if let truth = result.truth, truth != result.answer {
        items.add(text: " ")
        items.element("em", text: "truly \(classNames[truth])")
      }
      items.element("span", text: TextWidth.cutMiddle(result.name, to: 60))
    }
  }

  private func alternative(_ result: PictureResult) -> String {
    guard !result.probabilities.isEmpty else { return "file and input" }
    let second = result.probabilities.indices.filter { $0 != result.answer }
      .max { (result.probabilities[$0], $1) < (result.probabilities[$1], $0) }
    return second.map { "file, input; then \(classNames[$0]) \(Self.percent(result.probabilities[$0]))" }
      ?? "file, input"
  }

  /// A bar for each class, of those that can be seen.
  private func bars(_ result: PictureResult, bottom: Int, _ items: inout Markup) {
    guard !result.probabilities.isEmpty else { return }
    let count = result.probabilities.count
    let (left, width) = (Double(cellWidth + gap), Double(side) * 1.25)
    let hasNames = side > 28 && count <= 12 && classNames.allSatisfy { $0.count <= 2 }
    let foot = Double(bottom) - (hasNames ? Double(side) / 7 : 0)
    let height = Double(side) * (hasNames ? 0.84 : 0.98)
    let step = width / Double(count)
    var path = Path()
    for (index, share) in result.probabilities.enumerated() where share >= 328 {
      path.bar(
        left + step * (Double(index) + 0.15), foot, step * 0.7, max(height * Double(share) / 65_536, 0.5))
    }
    var base = Path()
    base.bar(left, foot, width, -0.01 * Double(side))
    if side > 28 { items.leaf("path", ["d": base.text, "class": "m"]) }
    items.leaf(
      "path", ["d": path.text, "class": result.truth.map { $0 != result.answer } ?? false ? "f2" : "f1"])
    guard hasNames else { return }
    let size = Coordinate.text(Double(side) / 8)
    for (index, name) in classNames.enumerated() {
      items.element(
        "text",
        [
          "x": Coordinate.text(left + step * (Double(index) + 0.5)), "y": Coordinate.text(Double(bottom) - 1),
          "class": "mid m", "style": "font-size:\(size)px",
        ], text: name)
    }
  }

  /// As `octet classify` prints it.
  private static func percent(_ share: UInt32) -> String {
    let hundredths = (Int(share) * 10_000 + 32_768) / 65_536
    let rest = hundredths % 100
    return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) %"
  }
}
