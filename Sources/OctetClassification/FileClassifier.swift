import Octet
import OctetImages
import OctetText

/// Files, one after another, through a model: pictures, or arrays of items. Its memory is taken once and does not grow.
package struct FileClassifier<Kernels: RowKernels>: ~Copyable {
  /// Opened once, for all pictures.
  private let state: OpenRun
  private let kernels: Kernels
  /// Nil for a model of features.
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
    guard model.meaning == .classes else { throw ClassifierError.noClasses }
    let fitting = PictureFitting(
      width: model.imageWidth, height: model.imageHeight, channels: model.imageChannels,
      fit: fit ?? PictureFitting.Fit(model.pictureForm.fit),
      inversion: inversion ?? PictureFitting.Inversion(model.pictureForm.inversion))
    if model.inputKind == .features {
      fitter = nil
    } else if let fitting {
      fitter = PictureFitter(fitting)
    } else {
      throw ClassifierError.input(
        width: model.imageWidth, height: model.imageHeight, channels: model.imageChannels)
    }
    state = OpenRun(model)
    self.kernels = kernels
    state.run.open(state.arena, kernels)
    takesRows = !keepsPixels && !kernels.haveSteps
  }

  /// Reads the picture at `path` and classifies it.
  package mutating func classify(path: String) throws(PictureError) -> Reading {
    guard let picture = takesRows ? try feed(path: path) : try fitter?.fit(path: path) else {
      throw Self.noArray(path)
    }
    run(picture)
    return Reading(Outcome(state.run.model, arena: state.arena), state.run.model, picture)
  }

  /// Classifies a picture that has been read; `name` is for errors.
  package mutating func classify(_ picture: ColorPicture, name: String) throws(PictureError) -> Reading {
    guard let picture = try fitter?.fit(picture, name: name) else { throw Self.noArray(name) }
    run(picture)
    return Reading(Outcome(state.run.model, arena: state.arena), state.run.model, picture)
  }

  private static func noArray(_ name: String) -> PictureError {
    .other(
      path: name, finding: "is no .npy file, and the model takes features",
      advice: "save items with numpy.save and name the file .npy")
  }

  /// Classifies the items of a NumPy array file, all of them unless it has a fault.
  ///
  /// - Parameters:
  ///   - file: its bytes.
  ///   - each: takes an item's reading, and its number where the file may have several.
  package mutating func classify(
    array file: Span<UInt8>, name: String, each: (Reading, Int?) -> Void
  ) throws(PictureError) {
    let items = try ArrayItems(file, state.run.model, name: name)
    if item.isEmpty { item = [UInt8](repeating: 0, count: state.run.model.imageBytes) }
    for index in 0..<items.count {
      items.feed(index, file, to: &item)
      run(item)
      let outcome = Outcome(state.run.model, arena: state.arena)
      each(Reading(outcome, state.run.model, nil), items.isNumbered ? index : nil)
    }
  }

  /// Whether a file is one of arrays, by its name.
  package static func isArray(_ path: String) -> Bool {
    path.matches(".npy", atEnd: true)
  }

  /// A picture without pixels has gone through already.
  private func run(_ picture: FittedPicture) {
    if picture.pixels.isEmpty { return }
    run(state.run.model.pictureForm.takesBlueFirst ? picture.pixels.blueFirst : picture.pixels)
  }

  private func run(_ pixels: [UInt8]) {
    guard let pixels = pixels.span.withUnsafeBufferPointer({ $0.baseAddress }) else {
      preconditionFailure("an item has the model's size")
    }
    var observer = NoObserver()
    state.run.run(image: pixels, state.arena, kernels, &observer)
  }

  /// Rows on their way into the model come whole and in order, and are as many as it takes: the fitter has seen to it.
  private mutating func feed(path: String) throws(PictureError) -> FittedPicture? {
    let (state, kernels) = (state, kernels)
    let takesBlueFirst = state.run.model.pictureForm.takesBlueFirst
    return try fitter?.fit(path: path) { values, row in
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

/// Why a model cannot classify files.
package enum ClassifierError: Error, Equatable, Sendable {
  case input(width: Int, height: Int, channels: Int)
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
    case .noClasses: "the model's first output holds no classes"
    }
  }
}
