#if !hasFeature(Embedded)
  // Records that a plan makes, and as the file has them. The places of the fields are those that the loader reads.

  extension TensorRecord {
    /// A tensor without border, whose ring has a row at the start of the arena.
    package init(height: UInt16, width: UInt16, channels: UInt16) {
      (ringOffset, ringRows) = (0, 1)
      (self.height, self.width, self.channels) = (height, width, channels)
      (borderAbove, borderBelow, borderLeft, borderRight) = (0, 0, 0, 0)
      (zeroPoint, elementBytes) = (0, 1)
      scaleBits = Float(1).bitPattern
    }

    package var fileBytes: [UInt8] {
      var record = [UInt8](repeating: 0, count: Int(FileFormat.tensorBytes))
      record.put(ringOffset, at: Field.ringOffset)
      record.put(ringRows, at: Field.ringRows)
      record.put(height, at: Field.height)
      record.put(width, at: Field.width)
      record.put(channels, at: Field.channels)
      record.put(borderAbove, at: Field.borderAbove)
      record.put(borderBelow, at: Field.borderBelow)
      record.put(borderLeft, at: Field.borderLeft)
      record.put(borderRight, at: Field.borderRight)
      record.put(zeroPoint, at: Field.zeroPoint)
      record.put(elementBytes, at: Field.elementBytes)
      record.put(scaleBits, at: Field.scaleBits)
      return record
    }
  }

  extension LayerRecord {
    /// A layer with a window, stride and pool of 1x1, that rounds once and has no constants yet.
    package init(_ kind: LayerKind, input: UInt16, secondInput: UInt16) {
      (self.kind, hasTable) = (kind, false)
      (self.input, self.secondInput) = (input, secondInput)
      (windowHeight, windowWidth, strideDown, strideAcross) = (1, 1, 1, 1)
      (reachAbove, reachLeft, poolHeight, poolWidth) = (0, 0, 1, 1)
      (minimum, maximum, rounding) = (0, 0, .halfUp)
      (constantsOffset, constantsBytes, accumulatorsOffset) = (0, 0, 0)
      (addMultiplierA, addMultiplierB, addShift) = (0, 0, 0)
    }

    package var fileBytes: [UInt8] {
      var record = [UInt8](repeating: 0, count: Int(FileFormat.layerBytes))
      record.put(kind.rawValue, at: Field.kind)
      record.put(UInt8(hasTable ? 1 : 0), at: Field.hasTable)
      record.put(input, at: Field.input)
      record.put(kind.traits.contains(.secondInput) ? secondInput : 0, at: Field.secondInput)
      record.put(windowHeight, at: Field.windowHeight)
      record.put(windowWidth, at: Field.windowWidth)
      record.put(strideDown, at: Field.strideDown)
      record.put(strideAcross, at: Field.strideAcross)
      record.put(reachAbove, at: Field.reachAbove)
      record.put(reachLeft, at: Field.reachLeft)
      record.put(poolHeight, at: Field.poolHeight)
      record.put(poolWidth, at: Field.poolWidth)
      record.put(minimum, at: Field.minimum)
      record.put(maximum, at: Field.maximum)
      record.put(rounding.rawValue, at: Field.rounding)
      record.put(constantsOffset, at: Field.constantsOffset)
      record.put(constantsBytes, at: Field.constantsBytes)
      record.put(accumulatorsOffset, at: Field.accumulatorsOffset)
      record.put(addMultiplierA, at: Field.addMultiplierA)
      record.put(addShift, at: Field.addShift)
      record.put(addMultiplierB, at: Field.addMultiplierB)
      return record
    }
  }

  extension [UInt8] {
    /// A number with the low byte first.
    fileprivate mutating func put(_ value: some FixedWidthInteger, at offset: UInt32) {
      for byte in 0..<value.bitWidth / 8 {
        self[Int(offset) + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte))
      }
    }
  }
#endif
