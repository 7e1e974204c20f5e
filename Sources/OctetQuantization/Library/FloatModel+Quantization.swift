import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetTraining

extension FloatModel {
  /// Reads a float model of any format that docs/INTERCHANGE.md describes, told by the end of the file's name: `.onnx`,
  /// `.keras`, `.h5` and `.tflite`; every other file is taken for Octet's own, `.safetensors`.
  ///
  /// - Parameters:
  ///   - path: a file of 1 GiB at most.
  ///   - classNames: the classes in the order of the outputs; nil to take those of the file, or else those of the
  ///     images that it is quantized with. Octet's own files have them.
  ///   - pixels: what pixels of 0 and 255 were when the model was trained, such as `PixelRange(-1...1)`; nil for 0
  ///     to 1. Octet's own files are always 0 to 1.
  /// - Throws: `QuantizationFailure` of kind `file`; of kind `format` if the model is damaged, has a layer that is not
  ///   supported, or another number of classes; of kind `model` if it cannot take the pixels, or does not say them.
  public init(
    importing path: String, classNames: [String]? = nil, pixels: PixelRange? = nil
  ) throws(QuantizationFailure) {
    guard let format = ForeignFileFormat(path: path) else {
      guard classNames == nil, pixels == nil else {
        throw QuantizationFailure(
          .model, "\(path): classNames and pixels are for models of other programs; this one has both itself")
      }
      self = try Self.own(path)
      return
    }
    let model: FloatModel
    do {
      model = try FloatModel(
        format, ByteFile.stored(at: path, limit: ForeignFileFormat.largestFile), path: path,
        classNames: classNames)
    } catch let error as FileError {
      throw QuantizationFailure(.file, error.description)
    } catch {
      throw QuantizationFailure(.format, "\(error)")
    }
    guard pixels != nil || !model.scalesPixels else {
      throw QuantizationFailure(
        .model,
        "\(path): its first layer scales its input: say what pixels of 0 and 255 were, most likely 0...255")
    }
    do throws(NetworkError) {
      self = try model.taking(pixels: pixels ?? .unit)
      if let classNames { self = try naming(classNames) }
    } catch {
      throw QuantizationFailure(.model, "\(path): \(error)")
    }
  }

  private static func own(_ path: String) throws(QuantizationFailure) -> FloatModel {
    do throws(ModelFileError) {
      return try FloatModelFile.load(path: path)
    } catch {
      if case .file = error { throw QuantizationFailure(.file, error.description) }
      throw QuantizationFailure(.format, error.description)
    }
  }

  /// Turns the model into one of integers, for `Classifier`, for chips and for C.
  ///
  /// ```swift
  /// let quantized = try FloatModel(importing: "mine.keras").quantized(with: images)
  /// try quantized.write(to: "mine.octet")
  /// ```
  ///
  /// - Parameters:
  ///   - images: like those that the model was trained on, of its input shape, or features; 1,000 of them are looked at
  ///     to choose scales. They need no labels. Where the model does not name its classes, the images' names are taken
  ///     if there are as many, or else numbers.
  ///   - settings: how scales are chosen; the usual ones are right for most models.
  ///   - threads: 1 or more; nil for as many as the machine has cores. The result is the same with any number.
  /// - Throws: `QuantizationFailure` of kind `images` if they do not fit, of kind `model` if an output, a layer or the
  ///   size is nothing that an `.octet` file can have.
  public func quantized(
    with images: ImageSet, settings: QuantizationSettings = QuantizationSettings(), threads: Int? = nil
  ) throws(QuantizationFailure) -> IntegerModel {
    guard settings.calibrationImages > 0 else {
      throw QuantizationFailure(.images, "\(settings.calibrationImages) calibration images: give 1 or more")
    }
    var model = self
    do throws(NetworkError) {
      model = try deciding(targets: images.labeled.targets)
    } catch {
      throw QuantizationFailure(.model, error.description)
    }
    model.pictureForm =
      pictureForm ?? .of(recipe: recipeName, for: images.labeled.shape, classNames: model.classNames)
    let workers = Workers(threads: threads)
    do throws(QuantizationError) {
      let quantizer = try Quantizer(model, images: images.labeled, settings: settings, workers: workers)
      return try IntegerModel(quantizer.run().model)
    } catch {
      throw QuantizationFailure(error)
    }
  }
}
