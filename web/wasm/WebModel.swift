import Octet
import OctetImages

/// The model of this instance with all memory that a run needs. There is one: a page that has several models makes an
/// instance of the module for each.
final class WebModel {
  let model: Model
  var run: ModelRun
  /// What the page fills, or `fit`: an image, row by row, as the model is fed.
  let input: UnsafeMutablePointer<UInt8>
  private let arena: UnsafeMutableRawPointer
  private let kernels: WebKernels
  /// Shares of an output in 1/65,536, or its values: as many words as the largest output has.
  let values: UnsafeMutablePointer<Int32>
  /// Of the run that was watched last, if any was.
  private(set) var record: RunRecord
  private var fitter: PictureFitter?
  /// What was said of the last picture.
  private(set) var fitted: FittedPicture?

  init(_ model: Model) {
    self.model = model
    run = ModelRun(model)
    record = RunRecord(model)
    input = .allocate(capacity: model.imageBytes)
    input.initialize(repeating: 0, count: model.imageBytes)
    arena = .allocate(byteCount: model.arenaBytes, alignment: 16)
    var largest = 2
    for output in 0..<model.outputCount { largest = max(largest, Outcome.count(model, output)) }
    values = .allocate(capacity: largest)
    kernels = WebKernels(model)
    run.open(RunMemory(arena), kernels)
    let form = model.pictureForm
    if model.inputKind == .pictures,
      let options = PictureFitting(
        width: model.imageWidth, height: model.imageHeight, channels: model.imageChannels,
        fit: PictureFitting.Fit(form.fit), inversion: PictureFitting.Inversion(form.inversion),
        takesBlueFirst: form.takesBlueFirst)
    {
      fitter = PictureFitter(options)
    }
  }

  deinit {
    input.deallocate()
    arena.deallocate()
    values.deallocate()
  }

  /// Whether decoded pictures can become the model's input.
  var takesPictures: Bool { fitter != nil }

  func outcome(_ output: Int) -> Outcome { Outcome(model, RunMemory(arena), output: output) }

  /// Runs the image in `input`, row by row.
  ///
  /// - Parameter isWatched: whether all that happens is written down. The record looks away otherwise, rather than a
  ///   run without one being compiled as well: what it costs to look away is next to nothing.
  func runOnce(isWatched: Bool) {
    record.restart(isLooking: isWatched)
    let memory = RunMemory(arena)
    run.restart(memory, kernels)
    for row in 0..<model.imageHeight {
      record.tookRow()
      run.feed(row: input + row * model.imageRowBytes, memory, kernels, &record)
    }
  }

  /// Fits a decoded picture into `input`.
  ///
  /// - Parameter pixels: red, green, blue and alpha of each pixel, alpha not multiplied in.
  func fit(_ pixels: UnsafePointer<UInt8>, width: Int, height: Int) -> FitStatus {
    guard fitter != nil else { return .notPossible }
    let name = "the picture"
    do throws(PictureError) {
      let picture =
        model.imageChannels == 1
        ? try fitter?.fit(
          GrayPicture(width: width, height: height, pixels: BrowserPixels.gray(pixels, width * height)),
          name: name)
        : try fitter?.fit(
          ColorPicture(width: width, height: height, pixels: BrowserPixels.color(pixels, width * height)),
          name: name)
      guard let picture else { return .notPossible }
      for place in 0..<picture.pixels.count { input[place] = picture.pixels[place] }
      fitted = picture
      return .fitted
    } catch {
      fitted = nil
      switch error {
      case .noInk: return .noInk
      case .size: return .otherSize
      case .png, .other: return .notPossible
      }
    }
  }
}

/// What became of a picture. The numbers are known to octet.mjs.
enum FitStatus: Int32 {
  case fitted = 0
  case noInk = 1
  case otherSize = 2
  case notPossible = 3
}

extension Outcome {
  /// Values of an output, or classes if these are more: a value alone tells two classes apart.
  static func count(_ model: Model, _ output: Int) -> Int {
    let tensor = model.tensor(model.output(output).tensor)
    return max(Int(tensor.height) * tensor.rowValues, model.classCount(ofOutput: output))
  }
}
