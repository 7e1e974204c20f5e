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
    guard
      let fitting = PictureFitting(
        width: model.imageWidth, height: model.imageHeight, channels: model.imageChannels,
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
    run(picture)
    return Reading(Outcome(state.run.model, arena: state.arena), state.run.model, picture)
  }

  /// Classifies a picture that has been read; `name` is for errors.
  package mutating func classify(_ picture: ColorPicture, name: String) throws(PictureError) -> Reading {
    let picture = try fitter.fit(picture, name: name)
    run(picture)
    return Reading(Outcome(state.run.model, arena: state.arena), state.run.model, picture)
  }

  /// A picture without pixels has gone through already.
  private func run(_ picture: FittedPicture) {
    if picture.pixels.isEmpty { return }
    let turned = state.run.model.pictureForm.takesBlueFirst ? picture.pixels.blueFirst : picture.pixels
    guard let pixels = turned.span.withUnsafeBufferPointer({ $0.baseAddress }) else {
      preconditionFailure("a picture has the model's size")
    }
    var observer = NoObserver()
    state.run.run(image: pixels, state.arena, kernels, &observer)
  }

  /// Rows on their way into the model come whole and in order, and are as many as it takes: the fitter has seen to it.
  private mutating func feed(path: String) throws(PictureError) -> FittedPicture {
    let (state, kernels) = (state, kernels)
    let takesBlueFirst = state.run.model.pictureForm.takesBlueFirst
    return try fitter.fit(path: path) { values, row in
      if row == 0 { state.run.restart(state.arena, kernels) }
      guard takesBlueFirst else { return state.feed(values, kernels) }
      var turned: [UInt8] = []
      turned.reserveCapacity(values.count)
      for place in values.indices { turned.append(values[place]) }
      turned.putBlueFirst()
      state.feed(turned.span, kernels)
    }
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

  func feed(_ values: Span<UInt8>, _ kernels: some RowKernels) {
    guard let pixels = values.withUnsafeBufferPointer({ $0.baseAddress }) else {
      preconditionFailure("a row has the model's size")
    }
    var observer = NoObserver()
    run.feed(row: pixels, arena, kernels, &observer)
  }
}

extension [UInt8] {
  /// Pixels of three channels with the first and the last of them in each other's place.
  package var blueFirst: [UInt8] {
    var turned = self
    turned.putBlueFirst()
    return turned
  }

  package mutating func putBlueFirst() {
    for place in Swift.stride(from: 0, to: count - 2, by: 3) { swapAt(place, place + 2) }
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
      pictures cannot become the model's \(width) x \(height) pixels of \(channels) channels so: \
      \(PictureFitting.possible)
      """
    case .features: "the model takes features and no pictures"
    case .noClasses: "the model's first output holds no classes"
    }
  }
}
