import Octet
import OctetImages
import OctetText

/// Files, one after another, through a model: pictures, or items of arrays. Its memory does not grow with their number.
package struct FileClassifier<Kernels: RowKernels>: ~Copyable {
  /// Opened once, for all pictures.
  private let state: OpenRun
  private let kernels: Kernels
  /// Nil for a model of features, and for one that pictures cannot be fitted to: they take arrays.
  private var fitter: PictureFitter?
  /// What an item of an array is fed as.
  private var item: [UInt8] = []
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
    let takesPictures = model.inputKind != .features
    if takesPictures, let fitting = PictureFitting(model, fit: fit, inversion: inversion) {
      fitter = PictureFitter(fitting)
    } else if takesPictures, fit != nil || inversion != nil {
      throw ClassifierError.input(
        width: model.imageWidth, height: model.imageHeight, channels: model.imageChannels)
    } else {
      fitter = nil
    }
    state = OpenRun(model, arenaBytes: kernels.arenaBytes(of: model))
    self.kernels = kernels
    state.run.open(RunMemory(state.arena), kernels)
    takesRows = !keepsPixels && !kernels.haveSteps
  }

  /// Reads the picture at `path` and classifies it.
  package mutating func classify(path: String) throws(PictureError) -> Reading {
    guard let picture = takesRows ? try feed(path: path) : try fitter?.fit(path: path) else {
      throw noArray(path)
    }
    run(picture)
    return Reading(state.run.model, RunMemory(state.arena), picture)
  }

  /// Classifies a picture that has been read; `name` is for errors.
  package mutating func classify(_ picture: ColorPicture, name: String) throws(PictureError) -> Reading {
    guard let picture = try fitter?.fit(picture, name: name) else { throw noArray(name) }
    run(picture)
    return Reading(state.run.model, RunMemory(state.arena), picture)
  }

  private func noArray(_ name: String) -> PictureError {
    let model = state.run.model
    var finding = "is no .npy file, and the model takes features"
    if model.inputKind != .features {
      finding =
        "is no .npy file, and pictures cannot become \(model.imageWidth) x \(model.imageHeight) pixels of "
        + "\(model.imageChannels) channels"
    }
    return .other(path: name, finding: finding, advice: "save items with numpy.save and name the file .npy")
  }

  /// Classifies an item of an array.
  ///
  /// - Parameter bytes: of the item in its file.
  package mutating func classify(_ bytes: Span<UInt8>, of items: ArrayItems) -> Reading {
    if item.isEmpty { item = [UInt8](repeating: 0, count: state.run.model.imageBytes) }
    items.feed(bytes, to: &item)
    run(item)
    return Reading(state.run.model, RunMemory(state.arena), nil)
  }

  /// A picture without pixels has gone through already.
  private func run(_ picture: FittedPicture) {
    if picture.pixels.isEmpty { return }
    run(picture.pixels)
  }

  private func run(_ pixels: [UInt8]) {
    guard let pixels = pixels.span.withUnsafeBufferPointer({ $0.baseAddress }) else {
      preconditionFailure("an item has the model's size")
    }
    var observer = NoObserver()
    state.run.run(image: pixels, RunMemory(state.arena), kernels, &observer)
  }

  /// Rows on their way into the model come whole and in order, and are as many as it takes: the fitter has seen to it.
  private mutating func feed(path: String) throws(PictureError) -> FittedPicture? {
    let (state, kernels) = (state, kernels)
    return try fitter?.fit(path: path) { values, row in
      if row == 0 { state.run.restart(RunMemory(state.arena), kernels) }
      state.feed(values, kernels)
    }
  }
}

/// A run of a model with its memory. A class, so that rows can be fed to it while the picture is read; and because
/// Embedded Swift does not see the `deinit` of another module's structure.
private final class OpenRun {
  var run: ModelRun
  let arena: UnsafeMutableRawPointer

  init(_ model: Model, arenaBytes: Int) {
    arena = .allocate(byteCount: arenaBytes, alignment: 64)
    run = ModelRun(model)
  }

  deinit { arena.deallocate() }

  func feed(_ values: Span<UInt8>, _ kernels: some RowKernels) {
    guard let pixels = values.withUnsafeBufferPointer({ $0.baseAddress }) else {
      preconditionFailure("a row has the model's size")
    }
    var observer = NoObserver()
    run.feed(row: pixels, RunMemory(arena), kernels, &observer)
  }
}

/// Why a model cannot classify files.
package enum ClassifierError: Error, Equatable, Sendable {
  case input(width: Int, height: Int, channels: Int)
}

extension ClassifierError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .input(let width, let height, let channels):
      """
      pictures cannot become the model's \(width) x \(height) pixels of \(channels) channels so: \
      \(PictureFitting.possible)
      """
    }
  }
}
