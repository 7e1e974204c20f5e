import OctetCommandLine
import Testing

@Suite struct ProgressFrameTests {
  private let frame = ProgressFrame(
    label: "epoch 2/20", done: 30_000, total: 60_000, elapsed: .seconds(100),
    trailing: ["loss 0.123", "accuracy 97.1 %"], unit: "images")

  @Test func `everything is shown where there is room`() {
    let bar = String(repeating: "█", count: 20) + String(repeating: " ", count: 20)
    #expect(
      frame.rendered(width: 200)
        == "epoch 2/20 \(bar) 30,000/60,000  loss 0.123  accuracy 97.1 %  300 images/s  1 min 40 s left")
  }

  @Test(arguments: [
    (93, "epoch 2/20 ████     30,000/60,000  loss 0.123  accuracy 97.1 %  300 images/s  1 min 40 s left"),
    (79, "epoch 2/20 █████▌      30,000/60,000  loss 0.123  300 images/s  1 min 40 s left"),
    (70, "epoch 2/20 ████████         30,000/60,000  loss 0.123  1 min 40 s left"),
    (50, "epoch 2/20 ██████▌       30,000/60,000  loss 0.123"),
    (36, "epoch 2/20 █████▌      30,000/60,000"),
    (30, "epoch 2/20 30,000/60,000"),
    (15, "epoch 2/20 30,0"),
    (1, "e"),
    (0, ""),
    (-1, ""),
  ])
  func `the least important goes first`(width: Int, expected: String) {
    #expect(frame.rendered(width: width) == expected)
  }

  @Test func `no frame is wider than asked`() {
    let elapsed: [Duration] = [.zero, .nanoseconds(1), .seconds(59.9), .seconds(10_000_000), .seconds(-5)]
    let sizes = [
      (0, 0), (0, 1), (1, 1), (7, 60_000), (60_000, 60_000), (70_000, 60_000), (1, Int.max),
      (Int.max, Int.max),
    ]
    for width in 0...200 {
      for elapsed in elapsed {
        for (done, total) in sizes {
          let frame = ProgressFrame(
            label: "epoch 12/20", done: done, total: total, elapsed: elapsed,
            trailing: ["loss 0.123", "accuracy 97.1 %"])
          #expect(frame.rendered(width: width).count <= width)
        }
      }
    }
  }

  @Test(arguments: [
    (0, "             0/80"), (5, "▊            5/80"), (10, "█▍          10/80"), (75, "██████████▎ 75/80"),
    (79, "██████████▊ 79/80"), (80, "███████████ 80/80"),
  ])
  func `the bar fills in eighths`(done: Int, expected: String) {
    let frame = ProgressFrame(label: "", done: done, total: 80, elapsed: .zero, trailing: [])
    #expect(frame.rendered(width: 17) == expected)
  }
}

@Suite struct ProgressBarTests {
  /// What a bar wrote, under a clock that stands still until told otherwise.
  private final class Recording {
    var time = Duration.zero
    var written: [String] = []

    func bar(total: Int, interactive: Bool = true) -> ProgressBar {
      ProgressBar(
        label: "job", total: total,
        screen: .init(isInteractive: interactive, width: { 40 }, write: { self.written.append($0) }),
        now: { self.time })
    }
  }

  @Test func `frames are a tenth of a second apart`() {
    let recording = Recording()
    let bar = recording.bar(total: 1000)
    for step in 0..<1000 {
      recording.time = .milliseconds(step)
      bar.update(done: step)
    }
    #expect(recording.written.count == 10)
    bar.update(done: 1000)
    #expect(recording.written.count == 11, "the last frame is always drawn")
    bar.finish()
    #expect(recording.written.last == "\n")
  }

  @Test func `every frame replaces the one before and leaves the last column free`() {
    let recording = Recording()
    let bar = recording.bar(total: 10)
    bar.update(done: 5, trailing: ["loss 1.5"])
    let frame = recording.written.joined()
    #expect(frame.hasPrefix("\r\u{1B}[K" + "job "))
    #expect(frame.hasSuffix("loss 1.5"))
    #expect(frame.count - 4 <= 39)
  }

  @Test func `the line is cleared when the bar goes`() {
    let recording = Recording()
    do {
      let bar = recording.bar(total: 10)
      bar.update(done: 5)
    }
    #expect(recording.written.count == 2)
    #expect(recording.written.last == "\r\u{1B}[K")
  }

  @Test func `a finished or unused bar leaves nothing to clear`() {
    let recording = Recording()
    do {
      let bar = recording.bar(total: 10)
      bar.update(done: 10)
      bar.finish()
      bar.finish()
      _ = recording.bar(total: 10)
    }
    #expect(recording.written.count == 2)
  }

  @Test func `nothing is drawn where there is no terminal`() {
    let recording = Recording()
    let bar = recording.bar(total: 10, interactive: false)
    bar.update(done: 5)
    bar.update(done: 10)
    bar.finish()
    #expect(recording.written.isEmpty)
  }
}
