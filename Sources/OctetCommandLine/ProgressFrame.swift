/// One picture of a running job: `epoch 2/20 ████▌    30,000/60,000  81,000/s  4 s left  loss 0.123`.
package struct ProgressFrame: Sendable {
  package var label: String
  package var done: Int
  package var total: Int
  package var elapsed: Duration
  package var trailing: String

  package init(label: String, done: Int, total: Int, elapsed: Duration, trailing: String) {
    self.label = label
    self.done = done
    self.total = total
    self.elapsed = elapsed
    self.trailing = trailing
  }

  /// The frame in at most `width` columns. What does not fit is left out, the least important first: the rate, the time
  /// left, the trailing text, and at last the bar itself.
  ///
  /// If the total is unknown, which is 0, only the count and the rate are shown.
  package func rendered(width: Int) -> String {
    if total == 0 {
      return String(
        [label, NumberText.grouped(done), rate, trailing].filter { !$0.isEmpty }.joined(separator: "  ")
          .prefix(width))
    }
    let count = "\(NumberText.grouped(done))/\(NumberText.grouped(total))"
    let choices = [
      [count, rate, timeLeft, trailing], [count, timeLeft, trailing], [count, trailing], [count],
    ]
    let start = label.isEmpty ? "" : label + " "
    for choice in choices {
      let facts = choice.filter { !$0.isEmpty }.joined(separator: "  ")
      let room = width - start.count - 1 - facts.count
      if room >= 10 { return "\(start)\(bar(width: min(room, 40))) \(facts)" }
    }
    return String((start + count).prefix(max(0, width)))
  }

  private var fraction: Double {
    guard total > 0 else { return 1 }
    return min(1, max(0, Double(done) / Double(total)))
  }

  private var seconds: Double { elapsed / .seconds(1) }

  private var rate: String {
    guard done > 0, seconds > 0 else { return "" }
    let rate = Double(done) / seconds
    guard rate < 1e15 else { return "" }
    return rate < 10
      ? "\(NumberText.fixed(rate, decimals: 1))/s" : "\(NumberText.grouped(Int(rate.rounded())))/s"
  }

  private var timeLeft: String {
    guard done > 0, done < total, seconds > 0 else { return "" }
    let left = seconds * Double(total - done) / Double(done)
    // Beyond a thousand hours the estimate is useless.
    guard left < 3_600_000 else { return "" }
    return NumberText.wholeSeconds(Int(left.rounded(.up))) + " left"
  }

  /// Filled to an eighth of a column.
  private func bar(width: Int) -> String {
    let partial: [Character] = ["▏", "▎", "▍", "▌", "▋", "▊", "▉"]
    let eighths = Int(fraction * Double(width * 8))
    var bar = String(repeating: "█", count: eighths / 8)
    if eighths % 8 > 0 { bar.append(partial[eighths % 8 - 1]) }
    return bar + String(repeating: " ", count: width - bar.count)
  }
}
