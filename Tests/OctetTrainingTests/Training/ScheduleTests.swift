import Foundation
import OctetTraining
import Testing

/// Learning rates over a run against their definitions.
@Suite struct ScheduleTests {
  private func rates(_ text: String, epochs: Int, batches: Int, start: Float = 0.5, warmUp: Float = 0) throws
    -> [Float]
  {
    let schedule = try #require(LearningRateSchedule(text))
    #expect(schedule.text == text)
    return (0..<epochs * batches).map {
      let place = LearningRateSchedule.Place(
        epoch: $0 / batches, of: epochs, batch: $0 % batches, of: batches)
      return schedule.rate(place, start: start, warmUp: warmUp)
    }
  }

  @Test func `steps multiply the rate`() throws {
    let rates = try rates("step:3:0.25", epochs: 8, batches: 2, start: 1)
    #expect(rates == [1, 1, 1, 1, 1, 1, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.0625, 0.0625, 0.0625, 0.0625])
  }

  @Test func `a warm-up rises in a straight line`() throws {
    let rates = try rates("constant", epochs: 3, batches: 4, warmUp: 1.5)
    for (step, rate) in rates.enumerated() {
      #expect(abs(rate - 0.5 * min(Float(step + 1) / 6, 1)) < 1e-7)
    }
  }

  /// Written from PyTorch's documentation: from a 25th to the whole over 30 % of the steps, then to 1 / 250,000, both
  /// along cosines, the last step of each part being its end.
  @Test func `one cycle is PyTorch's`() throws {
    let steps = 40
    let rates = try rates("one-cycle", epochs: 8, batches: 5, start: 0.1)
    let top = 0.3 * Double(steps) - 1
    for (step, rate) in rates.enumerated() {
      let place = Double(step)
      let expected =
        place <= top
        ? 0.1 + (0.004 - 0.1) * (1 + cos(.pi * place / top)) / 2
        : 4e-7 + (0.1 - 4e-7) * (1 + cos(.pi * (place - top) / (Double(steps) - 1 - top))) / 2
      #expect(abs(Double(rate) - expected) < 1e-8, "step \(step)")
    }
    #expect(abs(rates[11] - 0.1) < 1e-7 && abs(rates[39] - 4e-7) < 1e-12)
  }

  @Test(arguments: ["step", "step:0:0.1", "step:3:2", "step:3:0", "step:3:x", "linear", "cosine:3"])
  func `others are refused`(text: String) {
    #expect(LearningRateSchedule(text) == nil)
  }
}
