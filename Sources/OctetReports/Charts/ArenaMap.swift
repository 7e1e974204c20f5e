import OctetCommandLine

/// Something that has its place in a model's memory.
package struct ArenaPart: Sendable {
  package let name: String
  package let offset: Int
  package let bytes: Int
  /// Rows of a ring; 0 for accumulators.
  package let rows: Int
  /// Rings by their tensors, then accumulators by their layers.
  package let index: Int
  /// The region of memory, where there are several.
  package let region: String?

  package init(name: String, offset: Int, bytes: Int, rows: Int, index: Int, region: String? = nil) {
    self.name = name
    self.region = region
    self.index = index
    self.offset = offset
    self.bytes = bytes
    self.rows = rows
  }
}

/// The arena from its first byte to its last, with each ring in its place, divided into its rows.
struct ArenaMap {
  let parts: [ArenaPart]
  let bytes: Int

  func drawing() -> Drawing {
    let (width, rowHeight, top) = (440.0, 19.0, 44.0)
    let sorted = parts.filter { $0.offset < bytes }.sorted { ($0.offset, $0.bytes) < ($1.offset, $1.bytes) }
    let labelWidth = min(TextWidth.longest(sorted.map(\.name)), 150)
    let (left, right) = (labelWidth + 10, width - 44)
    let bottom = top + rowHeight * Double(sorted.count)
    var drawing = Drawing(
      width: width, height: bottom + 4,
      alternative: "\(NumberText.grouped(bytes)) bytes of memory: "
        + sorted.map {
          "\($0.name), \(NumberText.grouped($0.bytes)) bytes at \(NumberText.grouped($0.offset))"
        }
        .joined(separator: "; "))
    drawing.legend([("rows of a ring", .first), ("accumulators", .second)], left, 12)
    func x(_ offset: Int) -> Double { left + (right - left) * Double(offset) / Double(max(bytes, 1)) }
    let axis = Axis(from: 0, to: Double(bytes))
    for tick in axis.ticks where tick <= Double(bytes) {
      drawing.line(x(Int(tick)), top - 4, x(Int(tick)), bottom, "g")
      drawing.write(NumberText.grouped(Int(tick)), x(Int(tick)), top - 8, "m mid sm")
    }
    for (index, part) in sorted.enumerated() {
      let y = top + rowHeight * Double(index)
      drawing.write(TextWidth.fitted(part.name, within: labelWidth), labelWidth, y + 13, "end")
      let name = part.region.map { "\(part.name), \($0) memory" } ?? part.name
      let (start, end) = (x(part.offset), x(part.offset + part.bytes))
      drawing.rectangle(
        start, y + 3, max(end - start, 1), rowHeight - 6, part.rows > 0 ? "f1" : "f2",
        hint: "\(name): bytes \(part.offset) to \(part.offset + part.bytes - 1)")
      if part.rows > 1, (end - start) / Double(part.rows) > 2 {
        for row in 1..<part.rows {
          let place = start + (end - start) * Double(row) / Double(part.rows)
          drawing.line(place, y + 3, place, y + rowHeight - 3, "cut")
        }
      }
      drawing.write(NumberText.grouped(part.bytes), end + 4, y + 13, "sm m")
    }
    return drawing
  }
}
