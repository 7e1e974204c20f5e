import Octet
import OctetHostKernels
import OctetTraining

/// Runs the integer runtime over many images on several cores.
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

  /// The class of each image.
  ///
  /// - Parameter progress: called now and then with the images done.
  package func classes(
    of images: LabeledImages, progress: (Int) -> Void = { _ in }
  ) throws(QuantizationError) -> [Int] {
    let input = ImageShape(
      height: Int(model.input.height), width: Int(model.input.width), channels: Int(model.input.channels))
    guard input.count == images.shape.count else {
      throw .shape(images: images.shape, network: input)
    }
    var classes = [Int](repeating: 0, count: images.count)
    for start in stride(from: 0, to: images.count, by: Self.round) {
      let end = min(start + Self.round, images.count)
      classes.withUnsafeMutableBufferPointer { result in
        // Each piece writes places of its own.
        nonisolated(unsafe) let result = result
        workers.forEachPiece(of: end - start, size: Self.piece) { piece, _ in
          let range = start + piece.lowerBound..<start + piece.upperBound
          for (place, found) in zip(range, classify(images, range)) { result[place] = found }
        }
      }
      progress(end)
    }
    return classes
  }

  private func classify(_ images: LabeledImages, _ range: Range<Int>) -> [Int] {
    // Words, so that the arena starts at a multiple of 4.
    var words = [UInt32](repeating: 0, count: (model.arenaBytes + 3) / 4)
    var span = words.mutableSpan
    var arena = span.mutableBytes
    let size = images.shape.count
    var classes: [Int] = []
    do throws(SessionError) {
      var session = try Session(model, arena: &arena, kernels: kernels)
      let pixels = images.pixels.span
      for image in range {
        try session.run(image: pixels.extracting(image * size..<(image + 1) * size))
        classes.append(session.answer?.classIndex ?? 0)
      }
    } catch {
      preconditionFailure("the arena and the images have the model's sizes: \(error)")
    }
    return classes
  }
}
