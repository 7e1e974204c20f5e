/// A line on the terminal that is redrawn while a job runs, and that is gone or whole when it ends.
///
/// A class, because it owns its line: when the last reference goes, as it does when an error is thrown, the line is
/// cleared, and what is printed next starts on a clean one. Where standard error is no terminal it draws nothing.
package final class ProgressBar {
  /// Where frames go, and how wide they may be.
  package struct Screen {
    let isInteractive: Bool
    let width: () -> Int
    let write: (String) -> Void

    package init(isInteractive: Bool, width: @escaping () -> Int, write: @escaping (String) -> Void) {
      self.isInteractive = isInteractive
      self.width = width
      self.write = write
    }

    package static var standardError: Screen {
      Screen(
        isInteractive: Terminal.standardError.isInteractive,
        width: { Terminal.standardError.width },
        write: { StandardError.write($0) })
    }
  }

  private static let interval = Duration.milliseconds(100)
  private static let clearLine = "\r\u{1B}[K"

  private let screen: Screen
  private let now: () -> Duration
  private let start: Duration
  private var frame: ProgressFrame
  private var lastDrawn: Duration?

  /// - Parameters:
  ///   - unit: what is counted, for the rate, as in "images"; empty for no word.
  ///   - now: the time since any fixed moment.
  package init(
    label: String, total: Int, unit: String = "", screen: Screen = .standardError,
    now: @escaping () -> Duration = monotonicTime
  ) {
    self.screen = screen
    self.now = now
    start = now()
    frame = ProgressFrame(label: label, done: 0, total: total, elapsed: .zero, trailing: [], unit: unit)
  }

  deinit { clear() }

  /// Draws, if the last time is a tenth of a second ago or the job is done.
  ///
  /// - Parameter trailing: what is said beside the bar, the most important first.
  package func update(done: Int, trailing: @autoclosure () -> [String] = []) {
    guard screen.isInteractive else { return }
    let time = now()
    if let lastDrawn, time - lastDrawn < ProgressBar.interval, (done < frame.total || frame.total == 0) {
      return
    }
    frame.done = done
    frame.trailing = trailing()
    frame.elapsed = time - start
    lastDrawn = time
    draw()
  }

  /// Leaves the last frame standing and moves to the next line.
  package func finish() {
    guard lastDrawn != nil else { return }
    screen.write("\n")
    lastDrawn = nil
  }

  /// Takes the line away.
  package func clear() {
    guard lastDrawn != nil else { return }
    screen.write(ProgressBar.clearLine)
    lastDrawn = nil
  }

  private func draw() {
    // Some terminals wrap as soon as the last column is written, so it stays empty.
    screen.write(ProgressBar.clearLine + frame.rendered(width: screen.width() - 1))
  }
}

private let origin = ContinuousClock.now

/// The time since the program's first look at the clock.
package func monotonicTime() -> Duration {
  origin.duration(to: .now)
}

/// One picture of a running job: `epoch 2/20 ████▌    30,000/60,000  loss 0.123  81,000 images/s  4 s left`.
package struct ProgressFrame: Sendable {
  package var label: String
  package var done: Int
  package var total: Int
  package var elapsed: Duration
  /// The most important first.
  package var trailing: [String]
  package var unit: String

  package init(
    label: String, done: Int, total: Int, elapsed: Duration, trailing: [String], unit: String = ""
  ) {
    self.label = label
    self.done = done
    self.total = total
    self.elapsed = elapsed
    self.trailing = trailing
    self.unit = unit
  }

  /// The frame in at most `width` columns. What does not fit is left out, the least important first: all but the first
  /// of the trailing texts, from the last on, the rate, the time left, the first of them, and at last the bar itself.
  ///
  /// If the total is unknown, which is 0, only the count and the rate are shown.
  package func rendered(width: Int) -> String {
    if total == 0 {
      return String(
        ([label, NumberText.grouped(done), rate] + trailing).filter { !$0.isEmpty }.joined(separator: "  ")
          .prefix(width))
    }
    let count = "\(NumberText.grouped(done))/\(NumberText.grouped(total))"
    let first = Array(trailing.prefix(1))
    var choices = (0...max(trailing.count, 1)).reversed().filter { $0 > 0 }.map {
      [count] + trailing.prefix($0) + [rate, timeLeft]
    }
    choices += [[count] + first + [timeLeft], [count] + first, [count]]
    let start = label.isEmpty ? "" : label + " "
    for choice in choices {
      let facts = choice.filter { !$0.isEmpty }.joined(separator: "  ")
      let room = width - start.count - 1 - facts.count
      if room >= 8 { return "\(start)\(bar(width: min(room, 40))) \(facts)" }
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
    let number = rate < 10 ? NumberText.fixed(rate, decimals: 1) : NumberText.grouped(Int(rate.rounded()))
    return "\(number)\(unit.isEmpty ? "" : " \(unit)")/s"
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
