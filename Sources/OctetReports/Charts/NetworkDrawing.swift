import OctetCommandLine
import OctetNetwork

/// What a drawing tells of one layer.
package struct LayerFacts: Sendable {
  let name: String
  /// What it computes, in a few words.
  let kind: String
  let output: ImageShape
  /// The values that it reads: 0 is the input, `i` the output of layer `i - 1`.
  let reads: [Int]
  let parameters: Int
  let multiplyAdds: Int
  let memoryBytes: Int

  package init(
    name: String, kind: String, output: ImageShape, reads: [Int], parameters: Int, multiplyAdds: Int,
    memoryBytes: Int
  ) {
    self.name = name
    self.kind = kind
    self.output = output
    self.reads = reads
    self.parameters = parameters
    self.multiplyAdds = multiplyAdds
    self.memoryBytes = memoryBytes
  }
}

/// A network from top to bottom: each value as a block as high, wide and deep as it is, with what its layer costs.
struct NetworkDrawing {
  let input: ImageShape
  let layers: [LayerFacts]

  /// Three lines of text, and more where what a layer computes takes several.
  private var rowHeight: Double { 58 + 14 * Double((layers.map { kindLines($0).count }.max() ?? 1) - 1) }
  private let top = 30.0
  private let blockLeft = 34.0
  private let textLeft = 102.0
  private let barLeft = 306.0
  private let width = 462.0

  func drawing() -> Drawing {
    let total = layers.reduce(0) { $0 + $1.parameters }
    let work = layers.reduce(0) { $0 + $1.multiplyAdds }
    var drawing = Drawing(
      width: width, height: top + rowHeight * Double(layers.count + 1),
      alternative:
        "\(layers.count) layers with \(NumberText.grouped(total)) parameters and "
        + "\(NumberText.grouped(work)) multiply-adds: "
        + layers.map { "\($0.name), \($0.kind), gives \($0.output)" }.joined(separator: "; "))
    drawing.legend(
      [("parameters", .first), ("multiply-adds", .second), ("bytes of memory", .third)], textLeft - 6, 14)
    for index in 0...layers.count { connect(index, &drawing) }
    for index in 0...layers.count { draw(index, &drawing) }
    return drawing
  }

  /// What the layer computes, in lines that end before the bars.
  private func kindLines(_ layer: LayerFacts) -> [String] {
    let most = barLeft - textLeft - 8
    return layer.kind.split(separator: " ").reduce(into: [""]) { lines, word in
      let longer = (lines[lines.count - 1].isEmpty ? "" : lines[lines.count - 1] + " ") + word
      if TextWidth.estimate(longer) <= most || lines[lines.count - 1].isEmpty {
        lines[lines.count - 1] = TextWidth.fitted(longer, within: most)
      } else {
        lines.append(TextWidth.fitted(String(word), within: most))
      }
    }
  }

  private func middle(_ value: Int) -> Double { top + rowHeight * (Double(value) + 0.5) }

  private func shape(_ value: Int) -> ImageShape { value == 0 ? input : layers[value - 1].output }

  /// From the values that a layer reads: straight from the one above, in a bow from others.
  private func connect(_ value: Int, _ drawing: inout Drawing) {
    guard value > 0 else { return }
    let x = blockLeft + 24
    for source in Set(layers[value - 1].reads).sorted() {
      if source == value - 1 {
        drawing.line(x, middle(source), x, middle(value), "ax")
      } else {
        var path = Path()
        let reach = blockLeft - min(14 + 6 * Double(value - source), 30)
        path.move(blockLeft, middle(source))
        path.curve(reach, middle(source), reach, middle(value), blockLeft, middle(value))
        drawing.path(path, "ax")
      }
    }
  }

  private func draw(_ value: Int, _ drawing: inout Drawing) {
    let shape = shape(value)
    let largest = Double(max(input.height, input.width, 1))
    func side(_ count: Int) -> Double { max(30 * min(Double(count) / largest, 1), 5) }
    let doublings = max(0, min(Int.bitWidth - 1 - max(shape.channels, 1).leadingZeroBitCount, 9))
    // A row of values is a bar, a map a square.
    let isBar = shape.isFlat
    let (width, height) = isBar ? (5, 6 + 3 * Double(doublings)) : (side(shape.width), side(shape.height))
    // Each doubling of the channels is one more sheet behind the first.
    let depth = isBar ? 0 : doublings
    let (x, y) = (blockLeft + 24 - width / 2, middle(value) - height / 2)
    for sheet in (0...depth).reversed() {
      let shift = 2.2 * Double(sheet)
      drawing.rectangle(
        x + shift, y - shift, width, height, "f1 cut", opacity: sheet == 0 ? 1 : 0.75)
    }
    let kind = value == 0 ? [] : kindLines(layers[value - 1])
    let line = middle(value) - 14 - 7 * Double(max(kind.count - 1, 0))
    guard value > 0 else {
      drawing.write("input", textLeft, line + 10, "b")
      drawing.write("\(shape)", textLeft, line + 24, "m")
      return
    }
    let layer = layers[value - 1]
    let name = TextWidth.fitted(layer.name, within: barLeft - textLeft - 8, isBold: true)
    drawing.write(name, textLeft, line + 2, "b")
    for (place, text) in (kind + ["\(shape)"]).enumerated() {
      drawing.write(text, textLeft, line + 16 + 14 * Double(place), place == kind.count ? "m" : "")
    }
    let figures: [(Int, Int, SeriesStyle)] = [
      (layer.parameters, layers.map(\.parameters).max() ?? 1, .first),
      (layer.multiplyAdds, layers.map(\.multiplyAdds).max() ?? 1, .second),
      (layer.memoryBytes, layers.map(\.memoryBytes).max() ?? 1, .third),
    ]
    for (index, (count, most, style)) in figures.enumerated() where count > 0 {
      let y = line - 6 + 14 * Double(index)
      let length = max(86 * Double(count) / Double(max(most, 1)), 1)
      drawing.rectangle(barLeft, y, length, 9, style.fill)
      drawing.write(NumberText.grouped(count), barLeft + length + 4, y + 8.5, "sm")
    }
  }
}
