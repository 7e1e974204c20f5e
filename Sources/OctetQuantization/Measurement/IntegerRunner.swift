import Octet
import OctetData
import OctetHost
import OctetHostKernels
import OctetNetwork
import OctetTraining

/// Runs the integer runtime over items on several cores.
package struct IntegerRunner: ItemRunner {
  private let model: Model
  private let kernels: HostKernels
  private let workers: Workers
  /// What the runtime is fed for all items.
  private let bytes: [UInt8]
  private let count: Int
  package let outputs: [OutputDescription]

  /// Items that a core takes at a time.
  private static let piece = 32

  /// Uses the kernels that the environment asks for, or else the best ones.
  ///
  /// - Parameters:
  ///   - names: of the outputs; nil for numbers.
  ///   - layouts: how the format that the model came from lays out its outputs; nil for Octet's own.
  package init(
    _ model: Model, on items: LabeledItems, workers: Workers, names: [String]? = nil,
    layouts: [ArrayLayout]? = nil
  ) throws {
    guard model.inputShape.takes(items.shape) else {
      throw QuantizationError.shape(images: items.shape, network: model.inputShape)
    }
    let model = items.values.areBytes ? model : model.takingIntegers
    self.model = model
    kernels = try HostKernels(model)
    self.workers = workers
    bytes = items.values.fed(to: model.inputScale)
    count = items.count
    outputs = model.outputDescriptions(names: names, layouts: layouts)
  }

  package func run(_ items: Range<Int>) -> [OutputBatch] { run(items, read: batch) }

  /// The integers of every output before a closing softmax or sigmoid, zero points included.
  package func integers(_ items: Range<Int>) -> [[Int32]] {
    run(items) { outcome, output in
      let zeroPoint = Int32(model.tensor(model.output(output).tensor).zeroPoint)
      var batch = OutputBatch()
      outcome.forEachLogit { batch.values.append(Float($0 + zeroPoint)) }
      return batch
    }.map { $0.values.map { Int32($0) } }
  }

  /// The values of every output after a closing softmax or sigmoid; one value for two classes is the second's
  /// probability.
  package func reals(_ items: Range<Int>) -> [[Float]] {
    run(items) { outcome, output in
      var batch = OutputBatch()
      if model.head(ofOutput: output) == .linear {
        let scale = Float(bitPattern: model.tensor(model.output(output).tensor).scaleBits)
        outcome.forEachLogit { batch.values.append(scale * Float($0)) }
      } else if outcome.count == 1, model.meaning(ofOutput: output) == .classes {
        batch.values = [Float(outcome.probability(of: 1)) / 65_536]
      } else {
        outcome.forEachProbability { batch.values.append(Float($0) / 65_536) }
      }
      return batch
    }.map(\.values)
  }

  private func run(
    _ items: Range<Int>, read: @Sendable (Outcome, Int) -> OutputBatch
  ) -> [OutputBatch] {
    let pieces = (items.count + Self.piece - 1) / Self.piece
    var parts = [[OutputBatch]](repeating: [], count: pieces)
    parts.withUnsafeMutableBufferPointer { parts in
      // Each piece writes a place of its own.
      nonisolated(unsafe) let parts = parts
      workers.forEachPiece(of: items.count, size: Self.piece) { piece, _ in
        let range = items.lowerBound + piece.lowerBound..<items.lowerBound + piece.upperBound
        parts[piece.lowerBound / Self.piece] = batches(range, read)
      }
    }
    var joined = [OutputBatch](repeating: OutputBatch(), count: outputs.count)
    for part in parts { for output in part.indices { joined[output] += part[output] } }
    return joined
  }

  private func batches(_ range: Range<Int>, _ read: (Outcome, Int) -> OutputBatch) -> [OutputBatch] {
    // Words, so that the arenas start at a multiple of 4.
    var words = [UInt32](repeating: 0, count: BatchSession.arenaBytes(model, kernels) / 4)
    var span = words.mutableSpan
    var arenas = span.mutableBytes
    let size = model.imageBytes
    var batches = [OutputBatch](repeating: OutputBatch(), count: outputs.count)
    do throws(SessionError) {
      var session = try BatchSession(model, arenas: &arenas, kernels: kernels)
      let images = bytes.span.extracting(range.lowerBound * size..<range.upperBound * size)
      try session.runAll(images: images) { _, outcomes in
        for output in batches.indices { batches[output] += read(outcomes[output], output) }
      }
    } catch {
      preconditionFailure("the arenas and the items have the model's sizes: \(error)")
    }
    return batches
  }

  /// One item at one output.
  private func batch(_ outcome: Outcome, _ output: Int) -> OutputBatch {
    let description = outputs[output]
    let scale = Float(bitPattern: model.tensor(model.output(output).tensor).scaleBits)
    var batch = OutputBatch()
    if model.head(ofOutput: output) != .linear {
      batch.values.reserveCapacity(description.classCount)
      outcome.forEachProbability { batch.values.append(Float($0) / 65_536) }
    } else if description.meaning != .classes {
      batch.values.reserveCapacity(outcome.count)
      outcome.forEachLogit { batch.values.append(scale * Float($0)) }
    }
    if let index = outcome.classIndex {
      batch.classes = [index]
      if description.classCount > OutputBatch.mostWithoutRanking {
        outcome.forEachLogit { batch.scores.append(Float($0)) }
      }
    }
    if description.meaning == .labels { outcome.forEachLogit { batch.flags.append($0 > 0) } }
    return batch
  }

  /// The class of each item, of a model whose first output holds classes.
  package func classes() -> [Int] {
    stride(from: 0, to: count, by: Self.round).flatMap { run($0..<min($0 + Self.round, count))[0].classes }
  }

  private static let round = 512
}

extension Model {
  package var inputShape: ImageShape {
    ImageShape(height: Int(input.height), width: Int(input.width), channels: Int(input.channels))
  }

  /// - Parameters:
  ///   - names: of the outputs; nil for numbers, as the file has none.
  ///   - layouts: nil for Octet's own.
  package func outputDescriptions(
    names: [String]? = nil, layouts: [ArrayLayout]? = nil
  ) -> [OutputDescription] {
    (0..<outputCount).map { index in
      let tensor = tensor(output(index).tensor)
      let usual = outputCount == 1 ? ModelOutput.usualName : "\(ModelOutput.usualName)_\(index)"
      return OutputDescription(
        name: names?[index] ?? usual, meaning: meaning(ofOutput: index),
        names: hasNames(ofOutput: index) ? labels(ofOutput: index) : [],
        shape: ImageShape(
          height: Int(tensor.height), width: Int(tensor.width), channels: Int(tensor.channels)),
        hasProbabilities: head(ofOutput: index) != .linear, layout: layouts?[index])
    }
  }
}
