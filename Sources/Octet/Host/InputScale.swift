// Programs for chips are built without floating point; that for small Linux devices asks for this part.
#if !hasFeature(Embedded) || OCTET_FEATURES
  /// What the integers of an input stand for: `scale * (integer - zeroPoint)`.
  package struct InputScale: Sendable {
    package let scale: Float
    package let zeroPoint: Int

    /// - Parameters:
    ///   - scale: finite and above 0.
    ///   - zeroPoint: -128 to 127.
    package init(scale: Float, zeroPoint: Int) {
      self.scale = scale
      self.zeroPoint = zeroPoint
    }

    package func value(_ integer: Int8) -> Float { scale * Float(Int(integer) - zeroPoint) }

    /// The integer that stands for the value nearest to `value`, half away from zero as LiteRT's QUANTIZE rounds,
    /// between -128 and 127; that of 0 for what is no number.
    package func integer(_ value: Float) -> Int8 {
      let steps = value / scale
      if steps.isNaN { return Int8(zeroPoint) }
      // Beyond twice the integers' range on either side; without the C library's functions for rounding, which a
      // program may be linked without.
      let limited = min(max(steps, -512), 512)
      let whole = Int(limited)
      let rest = limited - Float(whole)
      return Int8(min(max(whole + (rest >= 0.5 ? 1 : rest <= -0.5 ? -1 : 0) + zeroPoint, -128), 127))
    }

    /// The byte that the runtime is fed for a value: it takes 128 from each.
    package func fed(_ value: Float) -> UInt8 { UInt8(bitPattern: integer(value)) ^ 0x80 }
  }

  extension Model {
    /// What the integers of the input stand for. The loader has found the scale to be finite and above 0.
    package var inputScale: InputScale {
      InputScale(scale: Float(bitPattern: input.scaleBits), zeroPoint: Int(input.zeroPoint))
    }
  }
#endif

#if !hasFeature(Embedded)
  extension InputScale: Hashable {}
#endif
