import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetTraining

/// A quantized model: the bytes of an `.octet` file, checked as the runtime checks them.
public struct IntegerModel: Sendable {
  /// The file, as docs/FORMAT.md lays it out: for `Classifier`, for flash, or to be written.
  public let bytes: [UInt8]
  /// The model in these bytes, for its sizes, labels and cost.
  public let model: Model

  /// What the runtime would refuse is an error here.
  init(_ quantized: QuantizedModel) throws(QuantizationError) {
    if let fault = quantized.fault { throw .limit(fault) }
    bytes = OctetFile(quantized).bytes
    do throws(ModelError) {
      model = try Model(copying: bytes, workLimit: .max)
    } catch {
      throw .limit("\(error)")
    }
  }

  /// Takes over the integers of a full-integer `.tflite` file, or of an `.onnx` file with QuantizeLinear; nothing is
  /// calibrated.
  ///
  /// - Parameters:
  ///   - path: a file of 1 GiB at most.
  ///   - classNames: the classes of the first output that has as many, in its order; nil for numbers.
  ///   - pixels: what pixels of 0 and 255 were when the model was trained; nil for a model of features.
  /// - Throws: ``QuantizationFailure`` of kind `file`, of kind `format` if it is no full-integer model or has an
  ///   operator that is not supported, of kind `model` if it has another number of classes.
  public init(
    convertingIntegers path: String, classNames: [String]? = nil, pixels: PixelRange? = .unit
  ) throws(QuantizationFailure) {
    let network: LiteNetwork?
    do {
      let bytes = try ByteFile.stored(at: path, limit: ForeignFileFormat.largestFile)
      let isONNX = ForeignFileFormat(path: path) == .onnx
      network = try isONNX ? LiteNetwork(onnx: bytes, path: path) : LiteNetwork(bytes, path: path)
    } catch let error as FileError {
      throw QuantizationFailure(.file, error.description)
    } catch {
      throw QuantizationFailure(.format, "\(error)")
    }
    guard let network, network.isInteger else {
      throw QuantizationFailure(
        .format, "\(path): its layers compute with floats: import it as a FloatModel and quantize that")
    }
    do {
      let outputs = try network.decidedOutputs(given: classNames)
      var quantized = try LiteIntegerConversion.model(
        network, outputs: outputs, picture: nil, pixels: pixels)
      if pixels == nil { quantized.inputKind = .features }
      quantized.pictureForm = .usual(for: network.input, classNames: outputs.firstClassNames)
      try self.init(quantized)
    } catch let error as ImportError {
      throw QuantizationFailure(.format, error.description)
    } catch {
      throw QuantizationFailure(.model, "\(path): \(error)")
    }
  }

  /// Writes the `.octet` file. It is whole or, after an error, as it was before.
  ///
  /// - Throws: ``QuantizationFailure`` of kind `file` if it cannot be written.
  public func write(to path: String) throws(QuantizationFailure) {
    do throws(FileError) {
      try AtomicFile.write(path: path, bytes: bytes)
    } catch {
      throw QuantizationFailure(.file, error.description)
    }
  }

  /// The class that the runtime gives each image, counted from 0.
  ///
  /// - Parameters:
  ///   - images: of the model's input shape. Their labels are not looked at.
  ///   - threads: 1 or more; nil for as many as the machine has cores.
  /// - Throws: ``QuantizationFailure`` of kind `images` if they have another shape, of kind `model` if the first output
  ///   holds no classes.
  public func classes(of images: ImageSet, threads: Int? = nil) throws(QuantizationFailure) -> [Int] {
    guard model.meaning == .classes else {
      throw QuantizationFailure(.model, "the model's first output holds \(model.meaning) and no classes")
    }
    do {
      return try IntegerRunner(model, on: images.labeled, workers: Workers(threads: threads)).classes()
    } catch {
      throw QuantizationFailure(.images, "\(error)")
    }
  }

  /// What the runtime gives at each output: probabilities where it ends in softmax or sigmoid, else the numbers
  /// themselves. Those of an item come row by row, channels last, one item after the other. `Classifier` gives the same
  /// of one image.
  ///
  /// - Parameters:
  ///   - images: of the model's input shape, or features as many as the model takes.
  ///   - threads: 1 or more; nil for as many as the machine has cores.
  /// - Throws: ``QuantizationFailure`` of kind `images` if they have another shape.
  public func outputs(of images: ImageSet, threads: Int? = nil) throws(QuantizationFailure) -> [[Float]] {
    do {
      return try IntegerRunner(model, on: images.labeled, workers: Workers(threads: threads)).reals(
        0..<images.count)
    } catch {
      throw QuantizationFailure(.images, "\(error)")
    }
  }

  /// How far each output lies from that of the float model that it was made from; nothing need be known of the images.
  ///
  /// - Parameters:
  ///   - float: a model with the same outputs.
  ///   - images: best such as neither training nor calibration has seen.
  ///   - threads: 1 or more; nil for as many as the machine has cores.
  /// - Throws: ``QuantizationFailure`` of kind `images` if their shape is another, of kind `model` if the float model
  ///   has other outputs or gives numbers that are not finite.
  public func differences(
    from float: FloatModel, on images: ImageSet, threads: Int? = nil
  ) throws(QuantizationFailure) -> [OutputDifference] {
    let expected: [[Float]]
    do throws(TrainingFailure) {
      expected = try float.outputs(of: images, threads: threads)
    } catch {
      throw QuantizationFailure(error.kind == .images ? .images : .model, error.description)
    }
    let found = try outputs(of: images, threads: threads)
    guard found.map(\.count) == expected.map(\.count) else {
      throw QuantizationFailure(.model, "the float model has other outputs than this one")
    }
    return zip(float.outputNames, zip(expected, found)).map { name, values in
      var difference = NumberDifference()
      difference.add(float: values.0, integer: values.1, width: 1)
      return OutputDifference(
        name: name, mean: difference.meanDifference, largest: difference.largestDifference,
        decibels: difference.decibels)
    }
  }

  /// Compares the model with the float model that it was made from, image by image.
  ///
  /// - Parameters:
  ///   - float: a model of the same classes.
  ///   - images: with labels, best such as neither training nor calibration has seen.
  ///   - threads: 1 or more; nil for as many as the machine has cores.
  /// - Throws: ``QuantizationFailure`` of kind `images` if their shape or classes are others, of kind `model` if the
  ///   model's first output holds no classes, or the float model gives numbers that are not finite.
  public func compared(
    with float: FloatModel, on images: ImageSet, threads: Int? = nil
  ) throws(QuantizationFailure) -> Comparison {
    guard model.meaning == .classes else {
      throw QuantizationFailure(
        .model, "the model's first output holds no classes: use differences(from:on:)")
    }
    let floatClasses: [Int]
    do throws(TrainingFailure) {
      try images.requireClasses(model.labels)
      floatClasses = try float.classes(of: images, threads: threads)
    } catch {
      throw QuantizationFailure(error.kind == .images ? .images : .model, error.description)
    }
    return Comparison(
      PairedComparison(
        labels: images.labeled.labels, float: floatClasses,
        quantized: try classes(of: images, threads: threads), classNames: model.labels))
  }
}

/// How far an output of a quantized model lies from that of its float model.
public struct OutputDifference: Equatable, Sendable {
  /// As the float model calls the output.
  public let name: String
  /// The mean of the absolute differences of all numbers.
  public let mean: Double
  /// The largest absolute difference.
  public let largest: Double
  /// The power of the float model's numbers over that of the differences; infinite where there are none.
  public let decibels: Double
}

/// A float model and its quantized one on the same images.
public struct Comparison: Equatable, Sendable {
  private let pairs: PairedComparison

  init(_ pairs: PairedComparison) { self.pairs = pairs }

  /// How many images both saw.
  public var images: Int { pairs.images }
  /// Images that the float model gives their own class.
  public var floatCorrect: Int { pairs.floatCorrect }
  /// Images that the quantized model gives their own class.
  public var integerCorrect: Int { pairs.correct }
  /// Images that the two give different classes.
  public var changed: Int { pairs.changed }
  /// The share of images, 0 to 1, that the float model gives their own class; 0 for none.
  public var floatAccuracy: Double { pairs.floatAccuracy }
  /// The share of images, 0 to 1, that the quantized model gives their own class; 0 for none.
  public var integerAccuracy: Double { pairs.accuracy }
  /// Percentage points of accuracy that quantization cost; negative where it gained.
  public var lossPoints: Double { pairs.lossPoints }
  /// Where the loss in points lies on images like these, with 95 % confidence, from the pairs that differ (McNemar).
  public var lossInterval: ClosedRange<Double> { pairs.interval }
}
