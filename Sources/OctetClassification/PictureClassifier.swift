import Octet
import OctetImages

/// Pictures in files, one after another, through a model. Its memory is taken once and does not grow.
package struct PictureClassifier<Kernels: RowKernels>: ~Copyable {
  private var run: ModelRun
  private let kernels: Kernels
  private var fitter: PictureFitter
  /// Opened once, for all pictures.
  private let arena: UnsafeMutableRawBufferPointer

  /// - Parameters:
  ///   - fit: nil for what the model says.
  ///   - inversion: nil for what the model says.
  package init(
    _ model: Model, kernels: Kernels, fit: PictureFitting.Fit? = nil,
    inversion: PictureFitting.Inversion? = nil
  ) throws(ClassifierError) {
    guard model.imageChannels == 1,
      let fitting = PictureFitting(
        width: model.imageWidth, height: model.imageHeight,
        fit: fit ?? PictureFitting.Fit(model.pictureForm.fit),
        inversion: inversion ?? PictureFitting.Inversion(model.pictureForm.inversion))
    else {
      throw ClassifierError.input(
        width: model.imageWidth, height: model.imageHeight, channels: model.imageChannels)
    }
    fitter = PictureFitter(fitting)
    arena = .allocate(byteCount: model.arenaBytes, alignment: 64)
    self.kernels = kernels
    run = ModelRun(model)
    if let start = arena.baseAddress { run.open(start, kernels) }
  }

  deinit { arena.deallocate() }

  /// Reads the picture at `path` and classifies it.
  package mutating func classify(path: String) throws(PictureError) -> Reading {
    let picture = try fitter.fit(path: path)
    var observer = NoObserver()
    guard let start = arena.baseAddress,
      let pixels = picture.pixels.span.withUnsafeBufferPointer({ $0.baseAddress })
    else { preconditionFailure("arena and picture have the model's size") }
    run.run(image: pixels, start, kernels, &observer)
    return Reading(Outcome(run.model, arena: start), run.model, picture)
  }
}

/// Why a model cannot take pictures.
package enum ClassifierError: Error, Equatable, Sendable {
  case input(width: Int, height: Int, channels: Int)
}

extension ClassifierError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .input(let width, let height, let channels):
      "the model takes \(width) x \(height) pixels of \(channels) channels; pictures become one channel of at most 256 x 256"
    }
  }
}
