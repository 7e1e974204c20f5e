#if !hasFeature(Embedded)
  extension Model {
    /// The fixed order of rows of one image: for each row that appears, border rows below included, its tensor.
    package var rowSteps: [UInt16] {
      var order = RowOrder(records)
      var steps: [UInt16] = []
      order.forEachRow(records) { tensor, _ in steps.append(UInt16(tensor)) }
      return steps
    }

    /// Calls `body` with every step of one image, in order: what comes before its first row, then row by row.
    package func forEachStep(_ body: (RowStep) -> Void) {
      RowOrder.forEachStart(records, border: body, start: { step, _ in body(step) })
      var order = RowOrder(records)
      order.forEachStep(records, border: body, take: { step, _ in body(step) })
      if let opening = RowOrder.opening(records) { body(opening) }
      for _ in 0..<imageHeight {
        order.feed(records, feed: body, take: { step, _ in body(step) })
        order.forEachStep(records, border: body, take: { step, _ in body(step) })
      }
    }

    /// The kinds of layer that it has, each once.
    package var kinds: [LayerKind] {
      LayerKind.allCases.filter { kind in (0..<layerCount).contains { records.layer($0).kind == kind } }
    }

    /// Parts of the runtime that are no kinds of layer and that it needs, by their flags in `IncludedKinds`.
    package var parts: [String] {
      let layers = (0..<layerCount).map { layer($0) }
      var parts: [String] = []
      if layers.contains(where: \.isCoarse) { parts.append("COARSE_SHIFTS") }
      if layers.contains(where: { $0.rounding == .halfUpThenAway }) { parts.append("ROUNDING_TWICE") }
      if layers.contains(where: { $0.rounding == .awayFromZero }) { parts.append("ROUNDING_AWAY") }
      if layers.contains(where: { $0.weightZeroPoint != 0 }) { parts.append("WEIGHT_ZERO_POINTS") }
      if layers.contains(where: { $0.weightEncoding == .int4 }) { parts.append("INT4_WEIGHTS") }
      if layers.contains(where: { $0.weightEncoding == .ternary }) { parts.append("TERNARY_WEIGHTS") }
      if (0..<layerCount).contains(where: { !hasEvenInputs(shape($0)) }) { parts.append("UNEVEN_JOINS") }
      if layers.contains(where: {
        $0.kind.traits.contains(.fusedPool) && $0.poolHeight == 1 && $0.poolWidth == 1
      }) {
        parts.append("CONVOLUTIONS_WITHOUT_POOL")
      }
      if pixelMap != nil { parts.append("PIXEL_MAP") }
      if sharesMemory { parts.append("SHARING") }
      if holdsInput || secondRegionBytes > 0 { parts.append("REGIONS") }
      if layerCount >= 64 { parts.append("MANY_LAYERS") }
      return parts
    }

    /// Whether a layer has a second tensor with as many values as the first, or none.
    private func hasEvenInputs(_ shape: LayerShape) -> Bool {
      let traits = shape.layer.kind.traits
      guard traits.contains(.secondInput), !traits.contains(.concatenation) else { return true }
      let second = tensor(Int(shape.layer.secondInput))
      return shape.layer.operand == .tensor && second.height == shape.output.height
        && second.width == shape.output.width
    }

    /// Whether rings or accumulators have bytes in common, or layers wait for their whole input.
    package var sharesMemory: Bool {
      if (0...layerCount).contains(where: { tensor($0).shares }) { return true }
      let shapes = (0..<layerCount).map { shape($0) }
      if shapes.contains(where: \.layer.waits) { return true }
      let sums = shapes.filter(\.keepsAccumulators).map {
        $0.layer.accumulatorsOffset..<$0.layer.accumulatorsOffset + $0.accumulatorsBytes
      }.sorted { $0.lowerBound < $1.lowerBound }
      return zip(sums, sums.dropFirst()).contains { $0.overlaps($1) }
    }

    /// All parts but room for many layers, which costs memory.
    package static var allParts: [String] {
      [
        "COARSE_SHIFTS", "ROUNDING_TWICE", "ROUNDING_AWAY", "WEIGHT_ZERO_POINTS", "INT4_WEIGHTS",
        "TERNARY_WEIGHTS", "UNEVEN_JOINS", "CONVOLUTIONS_WITHOUT_POOL", "PIXEL_MAP", "SHARING", "REGIONS",
        "NAMES",
      ]
    }

    /// `round(2^22 * 2^(-i / 64))` for `i` from 0 to 64, which probabilities are made of.
    package static var probabilityPowers: [UInt32] { (0...64).map { Probability.powers[$0] } }

    /// The whole file.
    package var fileBytes: UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(start: records.bytes.start, count: Int(records.byteCount))
    }

    /// The constants of a layer: bias, multipliers, shifts, table and weights, each empty where the kind has none.
    package func constants(of layer: Int) -> LayerConstants {
      let shape = shape(layer)
      let traits = shape.layer.kind.traits
      let bytes = records.bytes
      let place = Constants(shape, offset: shape.layer.constantsOffset)
      func signed(_ start: UInt32, _ end: UInt32) -> [Int8] {
        (start..<end).map { Int8(bitPattern: bytes.byte($0)) }
      }
      func words(_ offset: UInt32) -> [Int32] {
        (0..<place.count).map { Int32(bitPattern: bytes.word(offset + 4 * $0)) }
      }
      var constants = LayerConstants()
      if traits.contains(.weights) {
        constants.bias = words(place.offset)
        if shape.layer.hasTable { constants.table = signed(place.table, place.table + FileFormat.tableBytes) }
        constants.weights = records.unpackedWeights(shape)
      }
      if traits.contains(.weights) || traits.contains(.means) {
        constants.multipliers = words(place.multipliers)
        constants.shifts = (0..<place.count).map { bytes.byte(place.shifts + $0) }
      }
      if traits.contains(.secondInput) {
        constants.factors = InputFactors(records, shape.layer)
        let start = place.offset + FileFormat.inputFactorsBytes
        constants.operand = signed(start, start + Constants.operandValues(shape))
      }
      if traits.contains(.arrangement) || traits.contains(.resampling) || traits.contains(.softmax) {
        constants.numbers = stride(from: place.offset, to: place.offset + shape.layer.constantsBytes, by: 4)
          .map { Int32(bitPattern: bytes.word($0)) }
      }
      if traits.contains(.lookup) {
        constants.table = signed(place.offset, place.offset + FileFormat.tableBytes)
      }
      constants.isCut = traits.contains(.means) && traits.contains(.window) && shape.isCut
      constants.folds = shape.keepsAccumulators
      return constants
    }
  }

  /// What the file holds for one layer, copied out for tools.
  package struct LayerConstants: Sendable {
    package var bias: [Int32] = []
    package var multipliers: [Int32] = []
    package var shifts: [UInt8] = []
    package var table: [Int8] = []
    package var weights: [Int8] = []
    /// How a layer of two inputs brings them to the scale of its output.
    package var factors: InputFactors?
    /// What stands in place of a second input.
    package var operand: [Int8] = []
    /// Of an arrangement, a resampling or a softmax, all of them.
    package var numbers: [Int32] = []
    /// Of an arrangement, for each value of the output its place in the input.
    package var arrangedPlaces: [Int] {
      var places = [Int(numbers[0])]
      for part in 0..<LayerKind.Arrangement.parts {
        let (size, stride) = (Int(numbers[2 + 2 * part]), Int(numbers[3 + 2 * part]))
        places = places.flatMap { place in (0..<size).map { place + $0 * stride } }
      }
      return places
    }

    /// Whether a mean has a pair for each count of cells.
    package var isCut = false
    /// Whether the layer keeps accumulators.
    package var folds = false
  }
#endif
