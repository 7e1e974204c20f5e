extension LayerKind {
  /// The input as an image of another size: each value lies between two rows and two columns.
  package enum Resampling {
    @inline(__always)
    package static var traits: LayerTraits { .resampling | .channelwise | .keepsChannels | .keepsZeroPoint }

    /// Shares of a row or column are of so many.
    package static var whole: Int32 { 1_024 }

    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      let places = SampledPlaces(shape)
      let channels = Int(shape.input.channels)
      let rows = run.rows(step.source)
      let (_, below) = places.row(step.row)
      let upper = rows[0]
      let lower = below == 0 ? upper : rows[1]
      let target = run.memory.place(step.target).assumingMemoryBound(to: Int8.self)
      var index = 0
      for column in 0..<Int(shape.output.width) {
        let (first, right) = places.column(column)
        let start = first &* channels
        if below | right == 0 {
          (target + index).update(from: upper + start, count: channels)
          index &+= channels
          continue
        }
        let next = right == 0 ? start : start &+ channels
        for channel in 0..<channels {
          let top = mix(upper[start &+ channel], upper[next &+ channel], right)
          let bottom = mix(lower[start &+ channel], lower[next &+ channel], right)
          // At most 128 * 2^20.
          let sum = top &* (whole &- below) &+ bottom &* below
          // Half goes away from zero, and division cuts off.
          let value = (sum &+ (sum < 0 ? -(1 &<< 19) : 1 &<< 19)) / (1 &<< 20)
          target[index] = Int8(truncatingIfNeeded: value)
          index &+= 1
        }
      }
    }

    @inline(__always)
    private static func mix(_ one: Int8, _ other: Int8, _ share: Int32) -> Int32 {
      Int32(one) &* (whole &- share) &+ Int32(other) &* share
    }
  }
}

/// Where the rows and columns of a resampled image lie in the input: for each a number of 32 bits, the row or column in
/// its lower half, and in the upper half the share of the next one.
struct SampledPlaces {
  private let shape: LayerShape

  init(_ shape: LayerShape) { self.shape = shape }

  /// Of so many rows and columns, each at most 4,096.
  static func bytes(_ output: TensorRecord) -> UInt32 {
    (4 &* (UInt32(output.height) &+ UInt32(output.width)) &+ 15) & ~15
  }

  /// Where the numbers end and zero bytes follow.
  var numbersBytes: UInt32 { 4 &* (UInt32(shape.output.height) &+ UInt32(shape.output.width)) }

  func row(_ row: Int) -> (first: Int, share: Int32) { place(row) }

  func column(_ column: Int) -> (first: Int, share: Int32) { place(Int(shape.output.height) &+ column) }

  private func place(_ index: Int) -> (first: Int, share: Int32) {
    let number = shape.constants.word(4 &* UInt32(truncatingIfNeeded: index))
    return (Int(number & 0xFFFF), Int32(truncatingIfNeeded: number &>> 16))
  }

  /// Whether all rows and columns are on the input, and rows come in order.
  var fit: Bool {
    var above = 0
    for row in 0..<Int(shape.output.height) {
      let (first, share) = self.row(row)
      guard first >= above, isOn(first, share, shape.input.height) else { return false }
      above = first
    }
    for column in 0..<Int(shape.output.width) {
      let (first, share) = self.column(column)
      guard isOn(first, share, shape.input.width) else { return false }
    }
    return true
  }

  private func isOn(_ first: Int, _ share: Int32, _ extent: UInt16) -> Bool {
    share < LayerKind.Resampling.whole && first &+ (share > 0 ? 1 : 0) < Int(extent)
  }
}
