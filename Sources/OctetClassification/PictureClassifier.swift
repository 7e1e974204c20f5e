import Octet
import OctetImages

/// Pictures in files, one after another, through a model. Its memory is taken once and does not grow.
package struct PictureClassifier<Kernels: RowKernels>: ~Copyable {
  /// Opened once, for all pictures.
  private let state: OpenRun
  private let kernels: Kernels
  private var fitter: PictureFitter
  /// Whether pictures come as rows where they can. Kernels that take several rows together get them whole.
  private let takesRows: Bool

  /// - Parameters:
  ///   - fit: nil for what the model says.
  ///   - inversion: nil for what the model says.
  ///   - keepsPixels: whether each reading has to have the pixels that the model saw. If not, those of a picture that
  ///     is taken as it is go from the decoder straight into the model, where its kernels take one row after another.
  package init(
    _ model: Model, kernels: Kernels, fit: PictureFitting.Fit? = nil,
    inversion: PictureFitting.Inversion? = nil, keepsPixels: Bool
  ) throws(ClassifierError) {
    guard model.meaning == .classes else { throw ClassifierError.noClasses }
    guard model.inputKind == .pictures else { throw ClassifierError.features }
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
    state = OpenRun(model)
    self.kernels = kernels
    state.run.open(state.arena, kernels)
    takesRows = !keepsPixels && !kernels.haveSteps
  }

  /// Reads the picture at `path` and classifies it.
  package mutating func classify(path: String) throws(PictureError) -> Reading {
    let picture = takesRows ? try feed(path: path) : try fitter.fit(path: path)
    if !picture.pixels.isEmpty {
      guard let pixels = picture.pixels.span.withUnsafeBufferPointer({ $0.baseAddress }) else {
        preconditionFailure("a picture has the model's size")
      }
      var observer = NoObserver()
      state.run.run(image: pixels, state.arena, kernels, &observer)
    }
    return Reading(Outcome(state.run.model, arena: state.arena), state.run.model, picture)
  }

  private mutating func feed(path: String) throws(PictureError) -> FittedPicture {
    var rows = RowFeed(state: state, kernels: kernels)
    return try fitter.fit(path: path, rows: &rows)
  }
}

/// A run of a model with its memory. A class, so that rows can be fed to it while the picture is read; and because
/// Embedded Swift does not see the `deinit` of another module's structure.
private final class OpenRun {
  var run: ModelRun
  let arena: UnsafeMutableRawPointer

  init(_ model: Model) {
    arena = .allocate(byteCount: model.arenaBytes, alignment: 64)
    run = ModelRun(model)
  }

  deinit { arena.deallocate() }
}

/// Rows on their way into a model. They come whole and in order, and are as many as it takes: the fitter has seen to
/// it.
private struct RowFeed<Kernels: RowKernels>: GrayRowSink {
  let state: OpenRun
  let kernels: Kernels

  func begin(_ header: PNGHeader) { state.run.restart(state.arena, kernels) }

  func take(_ values: Span<UInt8>, row: Int, firstColumn: Int, columnStep: Int) {
    guard let pixels = values.withUnsafeBufferPointer({ $0.baseAddress }) else {
      preconditionFailure("a row has the model's size")
    }
    var observer = NoObserver()
    state.run.feed(row: pixels, state.arena, kernels, &observer)
  }
}

/// Why a model cannot take pictures.
package enum ClassifierError: Error, Equatable, Sendable {
  case input(width: Int, height: Int, channels: Int)
  /// It takes features.
  case features
  /// Its first output holds labels or numbers.
  case noClasses
}

extension ClassifierError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .input(let width, let height, let channels):
      """
      the model takes \(width) x \(height) pixels of \(channels) channels; pictures become one channel of \
      at most 256 x 256
      """
    case .features: "the model takes features and no pictures"
    case .noClasses: "the model's first output holds no classes"
    }
  }
}
