import Octet
import OctetData
import OctetHost
import OctetHostKernels
import OctetInterchange
import OctetNetwork
import OctetQuantization

/// An int8 model's outputs for each item: the real ones, or the integers before a closing softmax or sigmoid.
struct IntegerPrediction {
  let model: Model
  /// For messages.
  let path: String
  let output: ArrayLayout
  let wantsIntegers: Bool
  let workers: Workers

  /// Items that a core takes at a time.
  private static let piece = 32

  init(
    _ model: Model, path: String, output: ArrayLayout? = nil, wantsIntegers: Bool, workers: Workers
  ) {
    self.model = model
    self.path = path
    self.output = output ?? ArrayLayout(model.logits.imageShape)
    self.wantsIntegers = wantsIntegers
    self.workers = workers
  }

  func run(_ items: PredictionItems) throws -> NPYArray {
    try items.requireShape(model.input.imageShape, model: path)
    let kernels = try HostKernels(model)
    let bytes = items.values.fed(to: model.inputScale)
    let size = model.logits.imageShape.count
    var numbers = [Float](repeating: 0, count: items.count * size)
    numbers.withUnsafeMutableBufferPointer { numbers in
      // Each piece writes places of its own.
      nonisolated(unsafe) let numbers = numbers
      workers.forEachPiece(of: items.count, size: Self.piece) { range, _ in
        let found = outputs(bytes, range, kernels)
        for (place, value) in zip((range.lowerBound * size)..., found) { numbers[place] = value }
      }
    }
    let shape = [items.count] + output.shape
    var ordered: [Float] = []
    ordered.reserveCapacity(numbers.count)
    for start in stride(from: 0, to: numbers.count, by: size) {
      ordered += output.item(Array(numbers[start..<start + size]))
    }
    guard wantsIntegers else { return NPYArray(shape: shape, ordered) }
    return model.logits.elementBytes == 2
      ? NPYArray(shape: shape, ordered.map { Int16($0) }) : NPYArray(shape: shape, ordered.map { Int8($0) })
  }

  /// The outputs of some items in Octet's order.
  private func outputs(_ bytes: [UInt8], _ range: Range<Int>, _ kernels: HostKernels) -> [Float] {
    // Words, so that the arenas start at a multiple of 4.
    var words = [UInt32](repeating: 0, count: BatchSession.arenaBytes(model, kernels) / 4)
    var span = words.mutableSpan
    var arenas = span.mutableBytes
    let size = model.imageBytes
    let scale = Float(bitPattern: model.logits.scaleBits)
    let zeroPoint = Int32(model.logits.zeroPoint)
    var found: [Float] = []
    do throws(SessionError) {
      var session = try BatchSession(model, arenas: &arenas, kernels: kernels)
      let images = bytes.span.extracting(range.lowerBound * size..<range.upperBound * size)
      try session.run(images: images) { _, outcome in
        if wantsIntegers {
          outcome.forEachLogit { found.append(Float($0 + zeroPoint)) }
        } else if model.head == .linear {
          outcome.forEachLogit { found.append(scale * Float($0)) }
        } else if outcome.count == 1, model.meaning == .classes {
          // One output is the probability of the second class.
          found.append(Float(outcome.probability(of: 1)) / 65_536)
        } else {
          outcome.forEachProbability { found.append(Float($0) / 65_536) }
        }
      }
    } catch {
      preconditionFailure("the arenas and the items have the model's sizes: \(error)")
    }
    return found
  }
}

extension TensorRecord {
  fileprivate var imageShape: ImageShape {
    ImageShape(height: Int(height), width: Int(width), channels: Int(channels))
  }
}
