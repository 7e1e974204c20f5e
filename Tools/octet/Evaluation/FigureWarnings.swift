import OctetCommandLine
import OctetData
import OctetInterchange
import OctetQuantization
import OctetText
import OctetTraining

/// What should be known of figures before they are believed: a line each on standard error, and in JSON.
struct FigureWarnings {
  private(set) var lines: [String] = []

  mutating func add(line: String) { lines.append(line) }

  /// What an accuracy near chance most likely comes from.
  enum Cause {
    /// A model from elsewhere was given no `--pixels`.
    case unknownPixels
    /// It was.
    case pixels
    /// The model says all that it needs itself.
    case data
    case quantization
    case training
    case pictures

    /// For a float model.
    ///
    /// - Parameter values: what it is given.
    init(path: String, pixels: PixelRange?, values: ItemValues) {
      self =
        FloatModelSource.isOwn(path) || !values.areBytes ? .data : pixels == nil ? .unknownPixels : .pixels
    }

    fileprivate var advice: String {
      switch self {
      case .unknownPixels:
        "say with --pixels what pixels of 0 and 255 were in training (now 0:1), and check the order of the classes"
      case .pixels: "check --pixels, and the order of the classes (--classes)"
      case .data:
        "check that the data is of the kind that the model was trained on (--data, --invert, --classes)"
      case .quantization: "calibrate on images like those that are tested (--data, --calibration-images)"
      case .training:
        "nothing was learned: try another --learning-rate or more --epochs, and check the labels"
      case .pictures:
        "check the labels, and what the network sees (--save-input), which --fit and --invert change"
      }
    }
  }

  /// - Parameter what: whose accuracy it is.
  mutating func add(_ what: String, _ confusion: ConfusionMatrix, _ cause: Cause) {
    guard confusion.isNearChance else { return }
    let (found, chance) = (confusion.accuracy, confusion.chanceAccuracy)
    lines.append(
      "\(what) accuracy of \(Self.percent(found)) is near chance (\(Self.percent(chance))): \(cause.advice)")
  }

  /// Of a float model and what quantization made of it: one cause, one line.
  mutating func add(float: ConfusionMatrix, int8: ConfusionMatrix, _ cause: Cause) {
    add("float", float, cause)
    if !float.isNearChance { add("int8", int8, .quantization) }
  }

  /// Test images below which the interval of a difference is wider than any loss that matters.
  private static let fewestCompared = 50

  mutating func add(_ comparison: PairedComparison) {
    guard comparison.images < Self.fewestCompared else { return }
    let interval = comparison.interval
    let half = NumberText.fixed((interval.upperBound - interval.lowerBound) / 2, decimals: 1)
    lines.append(
      "\(Self.count(comparison.images, "test image")) cannot tell a small loss from none: the interval is "
        + "\(half) points to each side; test on more")
  }

  /// Images below which a range hangs on single values.
  private static let fewestCalibrated = 32

  mutating func add(calibrationImages count: Int) {
    guard count < Self.fewestCalibrated else { return }
    lines.append(
      "only \(Self.count(count, "calibration image")): ranges that few values decide cut others off; give more "
        + "(--calibration-images, --data)")
  }

  /// The share of a layer's values that may be cut off on images that were not calibrated on, and how many times the
  /// share on those that were.
  private static let mostCut = 0.01
  private static let timesCut = 4.0

  /// - Parameter tested: for each layer, the share of values beyond its range on test images.
  mutating func add(_ report: QuantizationReport, tested: [Double]) {
    let worst = zip(report.layers, tested).max { $0.1 < $1.1 }
    guard let (layer, share) = worst, share > Self.mostCut, share > Self.timesCut * layer.saturation else {
      return
    }
    lines.append(
      "layer \(layer.name) cuts \(Self.percent(share)) of its values off on the test images, "
        + "\(Self.percent(layer.saturation)) on the calibration images: calibrate on images like those that are tested"
    )
  }

  /// On standard error, a line each, behind all that was printed so far.
  func write() throws {
    if lines.isEmpty { return }
    try StandardOutput.flush()
    for line in lines { StandardError.write("octet: warning: \(line.shown)\n") }
  }

  var json: JSONValue { .array(lines.map { .string($0) }) }

  private static func percent(_ share: Double) -> String { NumberText.percent(share, decimals: 2) }

  private static func count(_ number: Int, _ what: String) -> String {
    "\(NumberText.grouped(number)) \(what)\(number == 1 ? "" : "s")"
  }
}
