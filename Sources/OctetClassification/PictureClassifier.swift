import Octet
import OctetImages

/// Pictures in files, one after another, through a model. Its memory is taken once and does not grow.
package struct PictureClassifier<Kernels: RowKernels>: ~Copyable {
  private var input: ModelInput<Kernels>
  private var fitter: PictureFitter
  private let keepsPixels: Bool

  /// - Parameters:
  ///   - fit: nil for what the model says.
  ///   - inversion: nil for what the model says.
  ///   - keepsPixels: whether each reading has the pixels that the model saw. Without, those of a picture that is taken
  ///     as it is go from the decoder straight into the model.
  package init(
    _ model: Model, kernels: Kernels, fit: PictureFitting.Fit? = nil,
    inversion: PictureFitting.Inversion? = nil, keepsPixels: Bool
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
    input = ModelInput(model, kernels)
    self.keepsPixels = keepsPixels
  }

  /// Reads the picture at `path` and classifies it.
  package mutating func classify(path: String) throws(PictureError) -> Reading {
    let picture = keepsPixels ? try fitter.fit(path: path) : try fitter.fit(path: path, rows: &input)
    if !picture.pixels.isEmpty { input.take(picture) }
    return Reading(input.outcome, input.model, picture)
  }
}

/// A model with the memory in which it runs, which takes a picture whole or row by row.
private struct ModelInput<Kernels: RowKernels>: ~Copyable {
  private var run: ModelRun
  private let kernels: Kernels
  /// Opened once, for all pictures.
  private let arena: Arena
  private var observer = NoObserver()

  init(_ model: Model, _ kernels: Kernels) {
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

  var model: Model { run.model }

  /// Of the last picture.
  var outcome: Outcome { Outcome(run.model, arena: arena.start) }

  mutating func take(_ picture: FittedPicture) {
    guard let pixels = picture.pixels.span.withUnsafeBufferPointer({ $0.baseAddress }) else {
      preconditionFailure("a picture has the model's size")
    }
    run.run(image: pixels, arena.start, kernels, &observer)
  }
}

extension ModelInput: GrayRowSink {
  mutating func begin(_ header: PNGHeader) { run.restart(arena.start, kernels) }

  /// Rows come whole and in order, and are as many as the model takes: the fitter has seen to it.
  mutating func take(_ values: Span<UInt8>, row: Int, firstColumn: Int, columnStep: Int) {
    guard let pixels = values.withUnsafeBufferPointer({ $0.baseAddress }) else {
      preconditionFailure("a row has the model's size")
    }
    run.feed(row: pixels, arena.start, kernels, &observer)
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
