import Octet
import OctetCommandLine
import OctetData
import OctetInterchange
import OctetNetwork
import OctetReports

/// The section on an int8 network, from its file alone.
struct IntegerNetworkReport {
  private let file: OctetModelFile
  private let names: [String]

  init(file: OctetModelFile) {
    self.file = file
    names = file.model.layerNames
  }

  func section(_ chosen: ChosenImage) throws -> Section {
    let model = file.model
    let layers = (0..<model.layerCount).map { index in
      let layer = model.layer(index)
      return LayerFacts(
        name: names[index], kind: kind(index), output: shape(index + 1),
        reads: layer.kind.traits.contains(.secondInput)
          ? [Int(layer.input), Int(layer.secondInput)] : [Int(layer.input)],
        parameters: file.parameters(of: index), multiplyAdds: file.multiplyAdds(of: index),
        memoryBytes: model.tensor(index + 1).ringBytes + file.accumulatorBytes(of: index))
    }
    return NetworkSection(
      input: input(chosen), layers: layers,
      memoryMeaning: "Memory is what a layer's rows and accumulators take while an image runs through.",
      filters: filters(input(chosen)), maps: try maps(chosen), arena: (file.arenaParts, model.ownArenaBytes)
    ).section
  }

  /// In a few words, with what its weights take in the file.
  private func kind(_ layer: Int) -> String {
    let bytes = file.weightBytes(of: layer)
    return file.summary(of: layer) + (bytes > 0 ? ", \(NumberText.grouped(bytes)) bytes of weights" : "")
  }

  private func shape(_ tensor: Int) -> ImageShape {
    let tensor = file.model.tensor(tensor)
    return ImageShape(height: Int(tensor.height), width: Int(tensor.width), channels: Int(tensor.channels))
  }

  /// A network may take the pixels as one row; they are drawn as the picture that they are.
  private func input(_ chosen: ChosenImage) -> ImageShape {
    chosen.images.shape.count == shape(0).count ? chosen.images.shape : shape(0)
  }

  /// Of the first layer, each output's integers times what a step of its weights is worth beside the others'.
  ///
  /// - Parameter picture: what the units of a dense layer look at; a convolution sees the input as the network has it.
  private func filters(_ picture: ImageShape) -> FirstFilters? {
    let layer = file.model.layer(0)
    let constants = file.model.constants(of: 0)
    let window = (Int(layer.windowHeight), Int(layer.windowWidth))
    let shape: ImageShape
    switch layer.kind {
    case .dense: shape = picture
    case .convolution: shape = ImageShape(height: window.0, width: window.1, channels: self.shape(0).channels)
    case .depthwiseConvolution: shape = ImageShape(height: window.0, width: window.1, channels: 1)
    default: return nil
    }
    let outputs = constants.multipliers.count
    // Nothing is read beyond what there is.
    guard outputs == constants.shifts.count, outputs * shape.count <= constants.weights.count else {
      return nil
    }
    return FirstFilters(
      name: names[0], shape: shape,
      filters: (0..<outputs).map { output in
        let step =
          Float(constants.multipliers[output])
          * Float(sign: .plus, exponent: -Int(constants.shifts[output]), significand: 1)
        return (0..<shape.count).map { place in
          let index =
            layer.kind.traits.contains(.channelwise) ? place * outputs + output : output * shape.count + place
          return Float(constants.weights[index]) * step
        }
      })
  }

  /// Of the output that a tensor holds.
  private func classNames(_ tensor: Int) -> [String] {
    let model = file.model
    return (0..<model.outputCount).first {
      model.output($0).tensor == tensor && model.meaning(ofOutput: $0) == .classes
    }.map { model.labels(ofOutput: $0) } ?? []
  }

  private func maps(_ chosen: ChosenImage) throws -> FeatureMaps {
    let model = chosen.images.values.areBytes ? file.model : file.model.takingIntegers
    var words = [UInt32](repeating: 0, count: (model.arenaBytes + 3) / 4)
    var span = words.mutableSpan
    var arena = span.mutableBytes
    var collector = RowCollector(layers: model.layerCount)
    var session = try Session(model, arena: &arena)
    try session.run(image: chosen.fed(to: model).span, observer: &collector)
    let maps = (0..<model.layerCount).map { index in
      FeatureMaps.Map(
        name: names[index], shape: shape(index + 1), values: collector.values(index, of: model),
        classNames: classNames(index + 1))
    }
    return FeatureMaps(image: chosen.picture, lines: chosen.lines, maps: maps)
  }
}

/// Keeps every row that the layers make.
struct RowCollector: RunObserver {
  private var rows: [[UInt8]]

  init(layers: Int) { rows = Array(repeating: [], count: layers) }

  /// What the integers of a layer stand for.
  func values(_ layer: Int, of model: Model) -> [Float] {
    let tensor = model.tensor(layer + 1)
    let scale = Float(bitPattern: tensor.scaleBits)
    let bytes = rows[layer]
    guard tensor.elementBytes == 2 else {
      return bytes.map { Float(Int(Int8(bitPattern: $0)) - Int(tensor.zeroPoint)) * scale }
    }
    return stride(from: 0, to: bytes.count, by: 2).map {
      Float(Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)) * scale
    }
  }

  mutating func willRun(layer: Int) {}
  mutating func didFold(layer: Int) {}
  mutating func didRun(layer: Int, row: RawSpan) {
    row.withUnsafeBytes { rows[layer].append(contentsOf: $0) }
  }
}
