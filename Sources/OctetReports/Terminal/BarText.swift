/// Bars and small charts in characters.
package enum BarText {
  private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
  private static let heights = Array("▁▂▃▄▅▆▇█")

  /// A bar of `share` of `width` columns, to an eighth of a column.
  package static func bar(_ share: Double, width: Int) -> String {
    guard share.isFinite else { return "" }
    let parts = Int((min(max(share, 0), 1) * Double(8 * width)).rounded())
    return String(repeating: "█", count: parts / 8) + eighths[parts % 8]
  }

  /// The line without spaces at its end.
  static func trimmed(_ line: String) -> String {
    let end = line.lastIndex { $0 != " " }.map(line.index(after:)) ?? line.startIndex
    return String(line[..<end])
  }

  /// Values as columns of different height; more than `width` are drawn together by their means.
  package static func sparkline(_ values: [Double], width: Int) -> String {
    // Within these ends neither sums nor differences become infinite.
    let finite = values.filter(\.isFinite).map { min(max($0, -1e300), 1e300) }
    guard let low = finite.min(), let high = finite.max(), width > 0 else { return "" }
    let count = min(finite.count, width)
    return String(
      (0..<count).map { column in
        let range = column * finite.count / count..<(column + 1) * finite.count / count
        let mean = finite[range].reduce(0, +) / Double(range.count)
        let place = high > low ? min(max((mean - low) / (high - low), 0), 1) : 0
        return heights[Int((place * 7).rounded())]
      })
  }
}
