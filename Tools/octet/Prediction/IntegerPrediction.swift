import Octet
import OctetData
import OctetHost
import OctetHostKernels
import OctetInterchange
import OctetNetwork

/// An int8 model's outputs for each item: the real ones, or the integers before a closing softmax or sigmoid.
struct IntegerPrediction {
  let model: Model
  /// For messages.
  let path: String
  let input: ArrayLayout
  let output: ArrayLayout
  let wantsIntegers: Bool
  let workers: Workers

  /// Items that a core takes at a time.
  private static let piece = 32

  init(
    _ model: Model, path: String, input: ArrayLayout? = nil, output: ArrayLayout? = nil, wantsIntegers: Bool,
    workers: Workers
  ) {
    self.model = model
    self.path = path
    self.input = input ?? ArrayLayout(model.input.imageShape)
    self.output = output ?? ArrayLayout(model.logits.imageShape)
    self.wantsIntegers = wantsIntegers
    self.workers = workers
  }

  func run(_ items: PredictionItems) throws -> NPYArray {
    try items.requireShape(input, model.input.imageShape, model: path)
    let kernels = try HostKernels(model)
    let bytes = try fed(items)
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

  /// The bytes that the runtime is fed: it takes 128 from each to make the input's integers.
  private func fed(_ items: PredictionItems) throws(ItemError) -> [UInt8] {
    let range = 0..<items.count
    switch items.meaning {
    case .pixels: return items.bytes(range, input)
    case .integers: return items.bytes(range, input).map { $0 ^ 0x80 }
    case .reals:
      // The loader has found the scale to be finite and above 0.
      let scale = Float(bitPattern: model.input.scaleBits)
      let zeroPoint = Float(model.input.zeroPoint)
      return try items.reals(range, input, pixels: 0...1).map { value in
        // Half away from zero, as LiteRT's QUANTIZE rounds.
        let integer = (value / scale).rounded(.toNearestOrAwayFromZero) + zeroPoint
        return UInt8(bitPattern: Int8(min(max(integer, -128), 127))) ^ 0x80
      }
    }
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
