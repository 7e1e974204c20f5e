#if !hasFeature(Embedded)
  extension Model {
    /// The fixed order of rows of one image: for each row that appears, border rows below included, its tensor.
    package var rowSteps: [UInt8] {
      var order = RowOrder(self)
      var steps: [UInt8] = []
      for fed in 0...imageHeight {
        if fed > 0 {
          steps.append(0)
          order.advance(self, 0)
        }
        while let index = order.next(self) {
          steps.append(UInt8(index))
          order.advance(self, index)
        }
      }
      return steps
    }

    /// `round(2^22 * 2^(-i / 64))` for `i` from 0 to 64, which probabilities are made of.
    package static var probabilityPowers: [UInt32] { (0...64).map { Probability.powers[$0] } }

    /// What multiplies a distance of logits; 0 for a model without probabilities.
    package var stepOfProbabilities: UInt32 { probabilityStep }

    /// The whole file.
    package var fileBytes: UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(start: bytes.start, count: Int(bytes.count))
    }

    /// The constants of a layer: bias, multipliers, shifts, table and weights, each empty where the kind has none.
    package func constants(of layer: Int) -> LayerConstants {
      let record = self.layer(layer)
      let shape = LayerShape(record, input: tensor(Int(record.input)), output: tensor(layer + 1))
      let place = Constants(shape, offset: record.constantsOffset)
      func words(_ offset: UInt32) -> [Int32] {
        (0..<place.count).map { Int32(bitPattern: bytes.word(offset + 4 * $0)) }
      }
      func signed(_ start: UInt32, _ end: UInt32) -> [Int8] {
        (start..<end).map { Int8(bitPattern: bytes.byte($0)) }
      }
      var constants = LayerConstants()
      switch record.kind {
      case .dense, .convolution, .depthwiseConvolution:
        constants.bias = words(place.offset)
        if record.hasTable { constants.table = signed(place.table, place.table + FileFormat.tableBytes) }
        constants.weights = signed(place.weights, place.end)
        fallthrough
      case .averagePooling, .globalAveragePooling:
        constants.multipliers = words(place.multipliers)
        constants.shifts = (0..<place.count).map { bytes.byte(place.shifts + $0) }
      case .table: constants.table = signed(place.offset, place.offset + FileFormat.tableBytes)
      case .maximumPooling, .add: break
      }
      constants.isCut = record.kind == .averagePooling && shape.isCut
      constants.folds = accumulatorsBytes(layer) > 0
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
    /// Whether a mean has a pair for each count of cells.
    package var isCut = false
    /// Whether the layer keeps accumulators.
    package var folds = false
  }
#endif
