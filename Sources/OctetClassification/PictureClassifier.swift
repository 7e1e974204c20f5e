import Octet
import OctetImages

/// Pictures in files, one after another, through a model. Its memory is taken once and does not grow.
package struct PictureClassifier<Kernels: RowKernels>: ~Copyable {
  private var run: ModelRun
  private let kernels: Kernels
  private var fitter: PictureFitter
  /// Opened once, for all pictures.
  private let arena: Arena

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
    arena = Arena(bytes: model.arenaBytes)
    self.kernels = kernels
    run = ModelRun(model)
    run.open(arena.start, kernels)
  }

  /// Gives the memory back. A class, because Embedded Swift does not see the `deinit` of another module's structure.
  private final class Arena {
    let start: UnsafeMutableRawPointer

    init(bytes: Int) { start = .allocate(byteCount: bytes, alignment: 64) }

    deinit { start.deallocate() }
  }

  /// Reads the picture at `path` and classifies it.
  package mutating func classify(path: String) throws(PictureError) -> Reading {
    let picture = try fitter.fit(path: path)
    var observer = NoObserver()
    guard let pixels = picture.pixels.span.withUnsafeBufferPointer({ $0.baseAddress }) else {
      preconditionFailure("a picture has the model's size")
    }
    run.run(image: pixels, arena.start, kernels, &observer)
    return Reading(Outcome(run.model, arena: arena.start), run.model, picture)
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
