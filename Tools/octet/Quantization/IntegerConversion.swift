import Octet
import OctetData
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// A converted full-integer .tflite network, with the data that it fits if there is any. Nothing is written.
struct IntegerConversion {
  let quantized: QuantizedModel
  let file: OctetFile
  let model: Model
  /// The classes of the model only; nil where no data was named, as the file has all that is needed.
  let data: DataSet?
  /// The file's operators, and the tensors that hold what they give.
  let sources: [SourceOperator]

  /// With the names and layouts of the file that it was converted from.
  var outputs: [OutputDescription] {
    model.outputDescriptions(names: decided.map(\.name), layouts: decided.map(\.layout))
  }
  private let decided: [ModelOutput]
  /// For an output that gives it again.
  let input: GivenInput

  /// - Parameters:
  ///   - located: what was named to test the model on. Unless it has pixels, or the options say what those are, a byte
  ///     of the input is one of the file's own integers plus 128.
  ///   - picture: the shape of pictures that a flat input is made of, where there is no data.
  ///   - memory: how much it may take to run.
  ///   - workLimit: the most operations that an image may take, where a limit was given.
  init(
    _ network: LiteNetwork, _ located: DataOption.Located?, _ pictures: DataRequest,
    _ options: ForeignModelOptions, picture: ImageShape? = nil, memory: MemoryOption = .usual,
    workLimit: UInt64 = .max
  ) throws {
    decided = try FloatModelSource.outputs(
      of: network, given: options.classNames, targets: located?.data.train.targets ?? .none)
    input = GivenInput(network, pixels: options.pixels)
    let picture = located?.data.train.shape ?? picture
    if let picture, !network.input.takes(picture) {
      throw FileContentError(
        path: network.path,
        reason: QuantizationError.shape(images: picture, network: network.input).description)
    }
    let described = zip(decided, network.outputs).map { output, own in
      OutputDescription(
        name: output.name, meaning: output.meaning ?? .numbers, names: output.names, shape: own.shape,
        hasProbabilities: own.head != .linear)
    }
    data = try located.map { try ModelData.keeping(described, of: $0.data) }
    var (quantized, sources) = try LiteIntegerConversion.converted(
      network, outputs: decided, picture: picture,
      pixels: options.pixels ?? (located?.data.train.values.areBytes == true ? .unit : nil))
    // Random items say nothing of what the model takes in.
    if let items = located?.data.train, items.targets != .none, !items.values.areBytes {
      quantized.inputKind = .features
    }
    quantized.pictureForm =
      located?.form ?? pictures.form(for: network.input, classNames: decided.firstClassNames)
    (quantized.memoryGoal, quantized.holdsInput) = (memory.goal, memory.holdsInput)
    if let fault = quantized.fault { throw FileContentError(path: network.path, reason: fault) }
    self.quantized = quantized
    self.sources = sources
    file = OctetFile(quantized)
    // What the runtime would refuse is not written.
    do throws(ModelError) {
      model = try Model(copying: file.bytes, workLimit: workLimit)
    } catch {
      let bytes = file.bytes
      throw MaxWorkOption.refusal(error, path: network.path, limit: workLimit) {
        try Model(copying: bytes, workLimit: .max)
      }
    }
  }
}
