extension LayerKind {
  /// The product of two values, place by place.
  package enum Multiply {
    @inline(__always)
    package static var traits: LayerTraits {
      .secondInput | .channelwise | .keepsChannels | .clamp | .product
    }

    static func compute(_ step: RowStep, _ shape: LayerShape, _ run: RunContext) {
      let row = JoinRow(step, shape, run)
      let (multiplier, shift, rounding) = (row.multiplier, row.shift, row.rounding)
      if shape.layer.isCoarse {
        row.write { a, b in
          Requantization.requantizeCoarsely(a &* b, multiplier: multiplier, shift: shift, rounding)
        }
      } else {
        // At most 255 * 255.
        row.write { a, b in
          Requantization.requantize(a &* b, multiplier: multiplier, shift: shift, rounding)
        }
      }
    }
  }
}
