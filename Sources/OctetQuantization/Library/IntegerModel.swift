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

  /// Takes over the integers of a full-integer `.tflite` file; nothing is calibrated.
  ///
  /// - Parameters:
  ///   - path: a file of 1 GiB at most.
  ///   - classNames: the classes in the order of the outputs; nil for numbers.
  ///   - pixels: what pixels of 0 and 255 were when the model was trained.
  /// - Throws: ``QuantizationFailure`` of kind `file`, of kind `format` if it is no full-integer model or has an
  ///   operator that is not supported, of kind `model` if it is no classifier.
  public init(
    convertingIntegers path: String, classNames: [String]? = nil, pixels: ClosedRange<Float> = 0...1
  ) throws(QuantizationFailure) {
    let network: LiteNetwork
    do {
      network = try LiteNetwork(ByteFile.stored(at: path, limit: ForeignFileFormat.largestFile), path: path)
    } catch let error as FileError {
      throw QuantizationFailure(.file, error.description)
    } catch {
      throw QuantizationFailure(.format, "\(error)")
    }
    guard network.isInteger else {
      throw QuantizationFailure(
        .format, "\(path): its layers compute with floats: import it as a FloatModel and quantize that")
    }
    do {
      let names = try network.classifierOutput.classNames(given: classNames)
      var quantized = try LiteIntegerConversion.model(
        network, names: names, picture: nil, pixels: pixels)
      quantized.pictureForm = .usual(for: network.input, classNames: names)
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
  /// - Throws: ``QuantizationFailure`` of kind `images` if they have another shape.
  public func classes(of images: ImageSet, threads: Int? = nil) throws(QuantizationFailure) -> [Int] {
    do {
      return try IntegerRunner(model, on: images.labeled, workers: Workers(threads: threads)).classes()
    } catch {
      throw QuantizationFailure(.images, "\(error)")
    }
  }

  /// Compares the model with the float model that it was made from, image by image.
  ///
  /// - Parameters:
  ///   - float: a model of the same classes.
  ///   - images: with labels, best such as neither training nor calibration has seen.
  ///   - threads: 1 or more; nil for as many as the machine has cores.
  /// - Throws: ``QuantizationFailure`` of kind `images` if their shape or classes are others, of kind `model` if the
  ///   float model gives numbers that are not finite.
  public func compared(
    with float: FloatModel, on images: ImageSet, threads: Int? = nil
  ) throws(QuantizationFailure) -> Comparison {
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
