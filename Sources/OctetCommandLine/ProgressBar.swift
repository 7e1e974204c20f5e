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

  /// `now` is the time since any fixed moment.
  package init(
    label: String, total: Int, screen: Screen = .standardError, now: @escaping () -> Duration = monotonicTime
  ) {
    self.screen = screen
    self.now = now
    start = now()
    frame = ProgressFrame(label: label, done: 0, total: total, elapsed: .zero, trailing: "")
  }

  deinit { clear() }

  /// Draws, if the last time is a tenth of a second ago or the job is done.
  package func update(done: Int, trailing: @autoclosure () -> String = "") {
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
