import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetTraining

/// Float models with random numbers in every parameter, and pictures for them.
enum FloatModels {
  /// - Parameter gain: what the weights are multiplied by.
  static func make(
    _ text: String, classNames: [String]? = nil, seed: UInt64 = 1, gain: Float = 1
  ) throws -> FloatModel {
    let description = try NetworkDescription(text: text)
    let network = try Network(
      description, capacity: 1, seed: seed, workers: Workers(count: 1), forTraining: false)
    var random = RandomStream(seed: seed, purpose: .testing, 0xF10A7)
    let parameters = network.parameters.map { parameter in
      var values = parameter.array
      switch parameter.name.split(separator: ".").last {
      case "weight": for index in values.indices { values[index] *= gain }
      case "variance", "scale": for index in values.indices { values[index] = random.nextFloat(in: 0.5..<2) }
      default: for index in values.indices { values[index] = random.nextFloat(in: -0.3..<0.3) }
      }
      return NamedValues(name: parameter.name, shape: parameter.shape, values: values)
    }
    let outputs = try description.shapes().last?.count ?? 0
    return FloatModel(
      network: description, classNames: classNames ?? (0..<max(outputs, 2)).map { "\($0)" },
      parameters: parameters)
  }

  /// Blots of different darkness, so that layers see more than noise.
  static func images(_ count: Int, shape: ImageShape, classes: Int = 10, seed: UInt64 = 1) -> LabeledItems {
    var random = RandomStream(seed: seed, purpose: .testing, 0x91C7)
    var pixels: [UInt8] = []
    for _ in 0..<count {
      let row = random.nextFloat(in: 0..<Float(shape.height))
      let column = random.nextFloat(in: 0..<Float(shape.width))
      let size = random.nextFloat(in: 1..<Float(max(shape.height, shape.width, 2)))
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          let distance = abs(Float(y) - row) + abs(Float(x) - column)
          let ink = max(0, 1 - distance / size) * 200 + random.nextFloat(in: 0..<55)
          for _ in 0..<shape.channels { pixels.append(UInt8(ink)) }
        }
      }
    }
    let labels = (0..<count).map { UInt8($0 % classes) }
    return LabeledItems(
      shape: shape, pixels: pixels, labels: labels, classNames: (0..<classes).map { "\($0)" })
  }

  /// The images as a CSV table, which starts each line with the class.
  static func table(of images: LabeledItems) -> String {
    (0..<images.count).map { image in
      let size = images.shape.count
      let pixels = images.pixels[image * size..<(image + 1) * size].map { String($0) }
      return (["\(images.labels[image])"] + pixels).joined(separator: ",") + "\n"
    }.joined()
  }

  /// Networks that together have every kind of layer, fused and by itself.
  static let varied: [String] = [
    "input 144\ndense 20 relu\ndropout 0.5\ndense 4 softmax",
    "input 12x12x1\nconv 6 3x3 relu\nmaxpool 2x2\nconv 8 3x3 padding same\nbatchnorm relu\nflatten\ndense 10 softmax",
    "input 12x12x1\nbatchnorm\nconv 4 3x3 stride 2 padding same no-bias\nbatchnorm\nrelu\nflatten\ndense 1 sigmoid",
    """
    input 12x12x1
    conv 5 3x3 tanh
    maxpool 2x2 stride 1
    depthwise 3x3 multiplier 2 sigmoid
    flatten
    dense 3 softmax
    """,
    """
    input 12x12x1
    stem = conv 4 3x3 padding same relu
    conv 4 3x3 padding same
    add stem relu
    averagepool 3x3 stride 2 padding same
    flatten
    dense 5
    """,
    """
    input 12x12x1
    conv 6 3x3
    sigmoid
    maxpool 3x3 stride 2 padding same relu
    conv 7 1x1 relu
    globalaveragepool
    dense 4 softmax
    """,
    "input 12x12x1\nmaxpool 2x2\nconv 8 3x3\nmaxpool 2x2\nrelu\nflatten\ndense 6 tanh\ndense 2 sigmoid",
    "input 12x12x1\nconv 3 5x5 relu\naveragepool 2x2\ndepthwise 3x3 padding same\nbatchnorm relu\nglobalaveragepool",
    """
    input 12x12x1
    a = conv 3 3x3 padding same
    b = conv 3 1x1 from input
    add a tanh
    add b
    flatten
    dense 4 relu
    dense 4 linear
    """,
  ]
}
