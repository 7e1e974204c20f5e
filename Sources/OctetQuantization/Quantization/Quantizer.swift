import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork

/// Turns a float model into an integer one.
///
/// First a pass over the calibration images, in batches, counts the values of every layer in histograms. Then the
/// layers get their integers one after another; each sees what the integer layers before it make of some of the images,
/// so that its bias can make up for their mean error as well as for its own.
package struct Quantizer {
  package let network: LoweredNetwork
  private let settings: QuantizationSettings
  private let workers: Workers
  /// The images that are looked at.
  package let images: LabeledItems

  /// - Parameter images: training images; those to calibrate on are drawn from them.
  package init(
    _ model: FloatModel, images: LabeledItems, settings: QuantizationSettings, workers: Workers
  ) throws(QuantizationError) {
    guard !images.isEmpty else { throw .noImages }
    if case .integers(_, nil) = images.values { throw .integersWithoutScale }
    var network = try LoweredNetwork(model, picture: images.shape)
    if images.values.areBytes { network.absorbPixelScaling() }
    network.choose(settings.encodings ?? .usual(settings.weights))
    self.init(
      network, images: Self.draw(settings.calibrationImages, from: images, seed: settings.seed),
      settings: settings, workers: workers)
  }

  /// - Parameters:
  ///   - network: one that knows how its weights will be stored.
  ///   - images: those to calibrate on.
  init(_ network: LoweredNetwork, images: LabeledItems, settings: QuantizationSettings, workers: Workers) {
    self.network = network
    self.settings = settings
    self.workers = workers
    self.images = images
  }

  /// Different images, drawn by the seed, in their order; all of them if there are no more.
  private static func draw(_ count: Int, from images: LabeledItems, seed: UInt64) -> LabeledItems {
    guard count < images.count else { return images }
    var random = RandomStream(seed: seed, purpose: .selection, 2)
    return images.selecting(Array(0..<images.count).shuffled(using: &random).prefix(count).sorted())
  }

  /// What `run` reports its progress in: images, then layers.
  package var steps: Int { images.count + network.layers.count }

  /// - Parameter progress: called with the steps done.
  package func run(progress: (Int) -> Void = { _ in }) throws(QuantizationError) -> QuantizedNetwork {
    try run(Calibration(network, workers: workers).run(images, progress: progress), progress: progress)
  }

  /// - Parameter ranges: what calibration saw of this network.
  func run(
    _ ranges: Calibration.Histograms, progress: (Int) -> Void = { _ in }
  ) throws(QuantizationError) -> QuantizedNetwork {
    let input = network.inputEncoding(images, by: settings.method)
    let sample = try CorrectionSample(network, images: images, input, workers: workers)
    var encodings = [input]
    var all: [IntegerLayer] = []
    for (index, layer) in network.layers.enumerated() {
      let source = network.rangeSource(index)
      let quantizer = LayerQuantizer(
        layer: layer, inputs: layer.inputs.map { encodings[$0] },
        outputRange: settings.method(ofLayer: source).range(of: ranges.outputs[source]),
        sumsRange: settings.method(ofLayer: index).range(of: ranges.sums[index]),
        isWide: network.canBeWide(index))
      let integers = try quantize(index, quantizer, sample)
      encodings.append(integers.output)
      all.append(integers)
      progress(images.count + index + 1)
    }
    return QuantizedNetwork(
      network: network, inputKind: images.values.areBytes ? .pictures : .features, memory: settings.memory,
      holdsInput: settings.holdsInput, input: input, integers: all)
  }

  private func quantize(
    _ index: Int, _ quantizer: LayerQuantizer, _ sample: CorrectionSample
  ) throws(QuantizationError) -> IntegerLayer {
    let layer = network.layers[index]
    var scales: [Double] = []
    if layer.isWeighted {
      scales = WeightScaleSearch.scales(
        layer.weights, outputs: layer.output.channels,
        importance: WeightScaleSearch.importance(layer, inputs: sample.floatInput(index)),
        isSearched: settings.searchesWeightScales, encoding: layer.encoding)
      if settings.sharesWeightScales, let largest = scales.max() {
        scales = [Double](repeating: largest, count: scales.count)
      }
    }
    var integers = try layer.kind.quantize(quantizer, weightScales: scales)
    if layer.isWeighted, settings.correctsBias {
      let error = sample.meanError(index, integers, inputScale: Double(quantizer.inputs[0].scale))
      WeightedQuantization(quantizer).setBias(
        &integers, layer.bias.indices.map { Double(layer.bias[$0]) + error[$0] })
    }
    sample.advance(index, integers, inputs: quantizer.inputs)
    return integers
  }
}

/// A network with the decisions of quantization.
package struct QuantizedNetwork: Sendable {
  package let network: LoweredNetwork
  package let inputKind: InputKind
  /// How much memory the model may take to run.
  package var memory = MemoryGoal.usual
  /// Whether the caller may hold the input.
  package var holdsInput = false
  /// What the integers of the input stand for.
  package let input: IntegerLayer.Encoding
  package var integers: [IntegerLayer]

  /// What the integers of each value stand for: the input's, then each layer's output.
  package var encodings: [IntegerLayer.Encoding] { [input] + integers.map(\.output) }

  /// What goes into the file.
  package var model: QuantizedModel {
    let tensors = zip(network.shapes, encodings).map { shape, encoding in
      QuantizedTensor(
        shape: shape, zeroPoint: encoding.zeroPoint, elementBytes: encoding.elementBytes,
        scale: encoding.scale)
    }
    let outputs = network.outputs.map {
      QuantizedOutput(tensor: $0.value, meaning: $0.meaning, head: $0.head, names: $0.names)
    }
    var model = QuantizedModel(outputs: outputs, tensors: tensors, layers: integers.map(\.layer))
    model.layerNames = LayerNaming.own(
      zip(network.layers, model.layers).map { ($0.name, $1.kind.networkWord) })
    model.inputKind = inputKind
    model.memoryGoal = memory
    model.holdsInput = holdsInput
    model.pictureForm = network.pictureForm
    model.pixelMap = network.pixelScaling?.factors(input) ?? []
    model.fitBorders()
    return model
  }
}

/// What the user may choose about a quantization.
public struct QuantizationSettings: Hashable, Sendable {
  /// Images that are looked at to find the ranges of values, 1 or more; all of them if there are fewer.
  public var calibrationImages = 1000
  /// How the range of a layer's output is chosen from the values that were seen.
  public var method = CalibrationMethod.minMax
  /// Layers that choose in another way, by their place in the lowered network.
  var methods: [Int: CalibrationMethod] = [:]
  /// Names the random choice of images.
  public var seed: UInt64 = 1
  /// How weights are stored where the network's description does not say it for a layer. Depthwise layers and
  /// convolutions of the input are int8 then.
  public var weights = WeightEncoding.int8
  /// What is chosen for each layer in place of that.
  package var encodings: LayerEncodings?
  /// Whether weight scales are searched for, or taken from the largest weight.
  public var searchesWeightScales = true
  /// Whether all weights of a layer have one scale, the largest of its outputs', as some accelerators ask for.
  public var sharesWeightScales = false
  /// Whether each layer's bias makes up for the mean error of the layers before it.
  public var correctsBias = true
  /// How much memory the model may take to run.
  public var memory = MemoryGoal.usual
  /// Whether the caller may hold the input as a whole, rather than feed its rows: it then takes no arena.
  public var holdsInput = false

  /// The usual settings.
  public init() {}

  func method(ofLayer index: Int) -> CalibrationMethod { methods[index] ?? method }
}

/// Why a float model cannot be quantized.
package enum QuantizationError: Error, Equatable {
  case network(NetworkError)
  /// A layer that the integer format cannot express, with what to do about it.
  case unsupported(layer: String, reason: String)
  /// The images do not fit the network.
  case shape(images: ImageShape, network: ImageShape)
  case noImages
  /// Too few to calibrate on some and judge on others.
  case tooFewToRepair(items: Int, needed: Int)
  /// Integers whose meaning is not known.
  case integersWithoutScale
  /// An output that the integer format cannot express.
  case output(name: String, reason: String)
  /// A number that the format has no room for.
  case limit(String)
}

extension QuantizationError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .network(let error): "network: \(error)"
    case .unsupported(let layer, let reason): "layer \(layer) cannot be quantized: \(reason)"
    case .shape(let images, let network):
      "the images are \(images), the network's input is \(network): give images of that shape"
    case .noImages: "there are no images to calibrate on: give data with training images"
    case .tooFewToRepair(let items, let needed):
      "there are \(items) training items; --repair needs \(needed), to calibrate on some and judge on others"
    case .integersWithoutScale:
      "the data holds int8 integers, and a float model needs what they stand for: give --input-scale SCALE:ZERO"
    case .output(let name, let reason): "output \(name) cannot be quantized: \(reason)"
    case .limit(let reason): "the network does not fit an .octet file: \(reason)"
    }
  }
}
