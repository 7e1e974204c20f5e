/// What is true of every layer of a kind. The loader's rules, the cost and the order of rows follow from it.
package struct LayerTraits: Sendable {
  private let bits: UInt32

  @inline(__always)
  private init(_ bits: UInt32) { self.bits = bits }

  /// All of both. Not an option set: its literals are arrays, which a chip cannot allocate.
  @inline(__always)
  static func | (one: LayerTraits, other: LayerTraits) -> LayerTraits { LayerTraits(one.bits | other.bits) }

  /// Whether all of `other` are among these. Known when the program is compiled where no kind that it includes has
  /// them, or every one does.
  @inline(__always)
  package func contains(_ other: LayerTraits) -> Bool {
    if IncludedKinds.commonTraits.bits & other.bits == other.bits { return true }
    if IncludedKinds.allTraits.bits & other.bits != other.bits { return false }
    return bits & other.bits == other.bits
  }

  /// None, and all.
  @inline(__always)
  static var none: LayerTraits { LayerTraits(0) }
  @inline(__always)
  static var every: LayerTraits { LayerTraits(.max) }

  /// Those of both.
  @inline(__always)
  static func & (one: LayerTraits, other: LayerTraits) -> LayerTraits { LayerTraits(one.bits & other.bits) }

  // Parameters: at most one of the first three.

  /// Bias, a pair of multiplier and shift and weights for each output channel; a table may follow.
  package static var weights: LayerTraits { LayerTraits(1) }
  /// A pair of multiplier and shift for a mean, or one for each count of cells.
  package static var means: LayerTraits { LayerTraits(1 << 1) }
  /// 256 values, one for each input value.
  package static var lookup: LayerTraits { LayerTraits(1 << 2) }

  // Rows: without the first two, a row is computed from the same row of the input.

  /// A window moves over the input.
  package static var window: LayerTraits { LayerTraits(1 << 3) }
  /// Every output needs the whole input. Several rows are folded into accumulators, each as it appears.
  package static var wholeInput: LayerTraits { LayerTraits(1 << 4) }
  /// The window reads the border's cells, rather than being cut at the edge.
  package static var border: LayerTraits { LayerTraits(1 << 5) }
  /// There is a second input: of the same shape, or one value for each channel; or constants in its place.
  package static var secondInput: LayerTraits { LayerTraits(1 << 6) }

  // Output.

  /// An output channel depends on one channel of the input alone.
  package static var channelwise: LayerTraits { LayerTraits(1 << 7) }
  /// As many channels come out as go in.
  package static var keepsChannels: LayerTraits { LayerTraits(1 << 8) }
  /// The zero point, and the scale, stay.
  package static var keepsZeroPoint: LayerTraits { LayerTraits(1 << 9) }
  /// The output is limited to a range.
  package static var clamp: LayerTraits { LayerTraits(1 << 10) }
  /// The maximum of some places may be taken before the output.
  package static var fusedPool: LayerTraits { LayerTraits(1 << 11) }
  /// It may give 16-bit logits.
  package static var wideOutput: LayerTraits { LayerTraits(1 << 12) }
  /// It may bring each input to a scale by a product that is rounded twice.
  package static var factorsOfInputs: LayerTraits { LayerTraits(1 << 13) }
  /// Its one factor is a pair of multiplier and shift.
  package static var product: LayerTraits { LayerTraits(1 << 14) }
  /// Its second input follows the first along an axis.
  package static var concatenation: LayerTraits { LayerTraits(1 << 15) }
  /// Its values are those of the input in another order, which its constants describe.
  package static var arrangement: LayerTraits { LayerTraits(1 << 16) }
  /// Each of its values lies between up to four of the input, at places that its constants describe.
  package static var resampling: LayerTraits { LayerTraits(1 << 17) }
  /// Shares of the channels at a place.
  package static var softmax: LayerTraits { LayerTraits(1 << 18) }
  /// It squares what its inputs, brought to a scale, come to: all its products are rounded twice, and in no other way.
  package static var squares: LayerTraits { LayerTraits(1 << 19) }
}
