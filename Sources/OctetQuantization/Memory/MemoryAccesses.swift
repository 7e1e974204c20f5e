import Octet

/// Bytes that an image reads and writes in each ring and in each layer's accumulators, whatever the order of rows.
///
/// Of a window, the values under it count once for each place of the output, as kernels gather them for all output
/// channels; elsewhere each value counts once. Sums count where they are added to and where they are taken from.
struct MemoryAccesses {
  /// Of each tensor's ring.
  private var rings: [Int]
  /// Of each layer's accumulators.
  private var accumulators: [Int]

  init(_ records: some RecordSource) {
    rings = (0...records.layerCount).map { index in
      let tensor = records.tensor(index)
      // Rows of the border above are there from the start.
      return Int(tensor.allRows - tensor.borderAbove) * Int(tensor.width) * tensor.pixelBytes
    }
    accumulators = [Int](repeating: 0, count: records.layerCount)
    for layer in 0..<records.layerCount {
      let shape = records.shape(layer)
      if shape.keepsAccumulators {
        // Each row of an input is folded in as it appears: every sum is read and written.
        for input in Set([Int(shape.layer.input), Int(shape.layer.secondInput)]) {
          let tensor = records.tensor(input)
          rings[input] += Int(tensor.height) * tensor.rowValues
          accumulators[layer] += Int(tensor.height) * 2 * Int(shape.accumulatorsBytes)
        }
        accumulators[layer] += Int(shape.output.height) * Int(shape.accumulatorsBytes)
      } else {
        addReading(shape, second: records.tensor(Int(shape.layer.secondInput)))
      }
    }
  }

  /// In the order of `MemoryLives.parts`.
  var parts: [Int] { rings + accumulators }

  /// What the rows of an output are made of where nothing is folded.
  private mutating func addReading(_ shape: LayerShape, second: TensorRecord) {
    let (layer, traits) = (shape.layer, shape.layer.kind.traits)
    let (rows, first) = (Int(shape.output.height), Int(layer.input))
    if traits.contains(.window) {
      let places = Int(shape.output.width) * Int(layer.poolHeight) * Int(layer.poolWidth)
      let cells = Int(layer.windowHeight) * Int(layer.windowWidth)
      rings[first] += rows * places * cells * Int(shape.input.channels)
    } else if traits.contains(.concatenation) {
      for row in 0..<rows {
        if row < Int(shape.input.height) { rings[first] += shape.input.rowValues }
        if shape.firstRowOfSecond(under: row, second) < shape.endRowOfSecond(under: row, second) {
          rings[Int(layer.secondInput)] += second.rowValues
        }
      }
    } else if traits.contains(.wholeInput) {
      rings[first] += rows * shape.input.rowValues
    } else {
      // Each value of the output comes from one of each input, or lies between four.
      let reads = rows * shape.output.rowValues * (traits.contains(.resampling) ? 4 : 1)
      rings[first] += reads
      if traits.contains(.secondInput), layer.operand == .tensor { rings[Int(layer.secondInput)] += reads }
    }
  }
}

extension Model {
  /// Bytes that an image reads and writes in each ring, then in each layer's accumulators.
  package var memoryAccesses: [Int] { MemoryAccesses(records).parts }
}
