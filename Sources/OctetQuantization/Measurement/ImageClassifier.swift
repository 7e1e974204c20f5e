import Octet
import OctetData
import OctetHost
import OctetHostKernels
import OctetNetwork

/// Runs the integer runtime over many items on several cores.
package struct ImageClassifier {
  private let model: Model
  private let kernels: HostKernels
  private let workers: Workers

  /// Images that a core takes at a time.
  private static let piece = 32
  /// Images between two reports of progress.
  private static let round = 512

  /// Uses the kernels that the environment asks for, or else the best ones.
  package init(_ model: Model, workers: Workers) throws(InstructionSetError) {
    self.model = model
    kernels = try HostKernels(model)
    self.workers = workers
  }

  /// What the model answers to images.
  package struct Answers: Sendable {
    /// Of each image.
    package var classes: [Int]
    /// In 1/65,536, those of an image side by side, one for each class; empty for a model without probabilities.
    package var probabilities: [UInt32]
  }

  /// The class of each image, and the probabilities of all classes.
  ///
  /// - Parameter progress: called now and then with the images done.
  package func answers(
    of images: LabeledItems, progress: (Int) -> Void = { _ in }
  ) throws(QuantizationError) -> Answers {
    let input = ImageShape(
      height: Int(model.input.height), width: Int(model.input.width), channels: Int(model.input.channels))
    guard input.takes(images.shape) else {
      throw .shape(images: images.shape, network: input)
    }
    let bytes = images.values.fed(to: model.inputScale)
    let width = model.head == .linear ? 0 : model.classCount
    var answers = Answers(
      classes: [Int](repeating: 0, count: images.count),
      probabilities: [UInt32](repeating: 0, count: images.count * width))
    for start in stride(from: 0, to: images.count, by: Self.round) {
      let end = min(start + Self.round, images.count)
      answers.classes.withUnsafeMutableBufferPointer { classes in
        answers.probabilities.withUnsafeMutableBufferPointer { probabilities in
          // Each piece writes places of its own.
          nonisolated(unsafe) let (classes, probabilities) = (classes, probabilities)
          workers.forEachPiece(of: end - start, size: Self.piece) { piece, _ in
            let range = start + piece.lowerBound..<start + piece.upperBound
            let found = classify(bytes, range, probabilityCount: width)
            for (place, index) in zip(range, found.classes) { classes[place] = index }
            for (place, share) in zip((range.lowerBound * width)..., found.probabilities) {
              probabilities[place] = share
            }
          }
        }
      }
      progress(end)
    }
    return answers
  }

  /// - Parameter bytes: those of all items.
  private func classify(_ bytes: [UInt8], _ range: Range<Int>, probabilityCount: Int) -> Answers {
    // Words, so that the arenas start at a multiple of 4.
    var words = [UInt32](repeating: 0, count: BatchSession.arenaBytes(model, kernels) / 4)
    var span = words.mutableSpan
    var arenas = span.mutableBytes
    let size = model.imageBytes
    var answers = Answers(classes: [], probabilities: [])
    do throws(SessionError) {
      var session = try BatchSession(model, arenas: &arenas, kernels: kernels)
      let pixels = bytes.span.extracting(range.lowerBound * size..<range.upperBound * size)
      try session.run(images: pixels) { _, outcome in
        guard let classIndex = outcome.classIndex else {
          preconditionFailure("the first output holds classes")
        }
        answers.classes.append(classIndex)
        if probabilityCount > 0 { outcome.forEachProbability { answers.probabilities.append($0) } }
      }
    } catch {
      preconditionFailure("the arenas and the images have the model's sizes: \(error)")
    }
    return answers
  }
}

extension Model {
  /// What the integers of the input stand for. The loader has found the scale to be finite and above 0.
  package var inputScale: InputScale {
    InputScale(scale: Float(bitPattern: input.scaleBits), zeroPoint: Int(input.zeroPoint))
  }
}
