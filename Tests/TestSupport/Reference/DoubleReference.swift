import Foundation
import OctetNetwork
import OctetTraining

/// The networks once more, in double precision and in the plainest loops: the oracle for the layers.
///
/// Written from the definitions of the layers, not from their code, and slow. Batches are arrays of images, images
/// are arrays of `height x width x channels` numbers. What each kind computes stands in Kinds/KindOracles.swift.
package struct DoubleReference {
  package let description: NetworkDescription
  /// By name, as in `Parameter.name`.
  package var parameters: [String: [Double]]
  /// Whether batch normalization uses the batch, and `dropoutMasks` apply.
  package var isTraining = false

  package init(_ network: Network) {
    description = network.description
    parameters = Dictionary(
      uniqueKeysWithValues: network.parameters.map { ($0.name, $0.array.map(Double.init)) })
  }

  /// Every value for every image: `values[v][image]`, value 0 being the input. The last activation is applied.
  package func forward(_ images: [[Double]]) throws -> [[[Double]]] {
    let shapes = try description.shapes()
    var values = [images]
    for (index, layer) in description.layers.enumerated() {
      let inputs = layer.inputs.map { values[$0] }
      var output = compute(layer, inputs, from: shapes[layer.inputs[0]], to: shapes[index + 1])
      for image in output.indices {
        output[image] = activate(layer.activation, output[image], channels: shapes[index + 1].channels)
      }
      values.append(output)
    }
    return values
  }

  /// The mean loss over the batch.
  package func loss(_ images: [[Double]], labels: [Int], _ loss: Loss) throws -> Double {
    let outputs = try forward(images).last ?? []
    return zip(outputs, labels).reduce(0) { $0 + value(loss, $1.0, label: $1.1) } / Double(labels.count)
  }

  package func value(_ loss: Loss, _ output: [Double], label: Int) -> Double {
    let count = output.count
    func target(_ index: Int) -> Double { (count == 1 ? label == 1 : index == label) ? 1 : 0 }
    func clip(_ value: Double) -> Double { min(max(value, 1e-7), 1 - 1e-7) }
    switch loss {
    case .binaryCrossentropy:
      return output.indices.reduce(0) {
        $0 - target($1) * log(clip(output[$1])) - (1 - target($1)) * log(1 - clip(output[$1]))
      } / Double(count)
    case .hinge:
      return output.indices.reduce(0) { $0 + max(0, 1 - (2 * target($1) - 1) * output[$1]) } / Double(count)
    case .categoricalCrossentropy, .sparseCategoricalCrossentropy:
      return -log(clip(output[label] / output.reduce(0, +)))
    case .meanSquare:
      return output.indices.reduce(0) { $0 + pow(output[$1] - target($1), 2) } / Double(count)
    case .meanAbsolute:
      return output.indices.reduce(0) { $0 + abs(output[$1] - target($1)) } / Double(count)
    case .huber:
      // With a turn at 1.
      return output.indices.reduce(0) {
        let error = abs(output[$1] - target($1))
        return $0 + (error <= 1 ? error * error / 2 : error - 0.5)
      } / Double(count)
    }
  }

  private func activate(_ activation: Activation, _ values: [Double], channels: Int) -> [Double] {
    switch activation {
    case .linear: return values
    case .relu: return values.map { max($0, 0) }
    case .sigmoid: return values.map { 1 / (1 + exp(-$0)) }
    case .tanh: return values.map(tanh)
    case .function: return values.map(Self.functions[activation.word] ?? { _ in .nan })
    case .softmax:
      // Over the channels of each place.
      return stride(from: 0, to: values.count, by: channels).flatMap { start in
        let place = values[start..<start + channels]
        let powers = place.map { exp($0 - (place.max() ?? 0)) }
        return powers.map { $0 / powers.reduce(0, +) }
      }
    }
  }

  /// Functions of one value by their words in a network file, as books write them.
  package static let functions: [String: @Sendable (Double) -> Double] = [
    "relu6": { min(max($0, 0), 6) },
    "(max(x,0.0)+min(x,0.0)*0.3)": { $0 > 0 ? $0 : 0.3 * $0 },
    "(max(x,0.0)+(exp(min(x,0.0))-1.0)*0.7)": { $0 > 0 ? $0 : 0.7 * (exp($0) - 1) },
    "selu": { 1.0507009873554805 * ($0 > 0 ? $0 : 1.6732632423543772 * (exp($0) - 1)) },
    "gelu": { $0 * 0.5 * erfc(-$0 / 2.0.squareRoot()) },
    "gelu-tanh": { 0.5 * $0 * (1 + tanh((2 / Double.pi).squareRoot() * ($0 + 0.044715 * pow($0, 3)))) },
    "silu": { $0 / (1 + exp(-$0)) },
    "hardswish": { $0 <= -3 ? 0 : $0 >= 3 ? $0 : $0 * ($0 + 3) / 6 },
    "hardsigmoid": { $0 <= -3 ? 0 : $0 >= 3 ? 1 : ($0 + 3) / 6 },
    "softsign": { $0 / (1 + abs($0)) },
    "softplus": { log(1 + exp($0)) },
    "mish": { $0 * tanh(log(1 + exp($0))) },
    "exp": { exp($0) },
    "abs": { abs($0) },
    "min(max(x,(-0.5)),0.75)": { min(max($0, -0.5), 0.75) },
    "x*sigmoid(1.7*x)/(1.0+x*x)": { $0 / (1 + exp(-1.7 * $0)) / (1 + $0 * $0) },
    "(gate(step((x-0.25)),sin(x))-cos(x)/(2.0+log((1.0+x*x))))": {
      ($0 >= 0.25 ? sin($0) : 0) - cos($0) / (2 + log(1 + $0 * $0))
    },
    "atan(2.0*x)": { atan(2 * $0) },
    "(x+0.3*floor((x+0.3)))": { $0 + 0.3 * ($0 + 0.3).rounded(.down) },
    "(x-0.2*round((x-0.2)))": { $0 - 0.2 * ($0 - 0.2).rounded(.toNearestOrEven) },
  ]

  func average(
    _ image: [Double], _ window: Window, _ input: ImageShape, _ output: ImageShape
  ) -> [Double] {
    slide(window, input, output) { cells, channel in
      cells.reduce(0) { $0 + image[$1.pixel * input.channels + channel] } / Double(cells.count)
    }
  }

  func normalize(_ images: [[Double]], _ shape: ImageShape, _ name: String, epsilon: Double)
    -> [[Double]]
  {
    func parameter(_ part: String) -> [Double] { parameters["\(name).\(part)"] ?? [] }
    var mean = parameter("mean")
    var variance = parameter("variance")
    if isTraining {
      for channel in 0..<shape.channels {
        let all = images.flatMap { image in
          stride(from: channel, to: image.count, by: shape.channels).map { image[$0] }
        }
        mean[channel] = all.reduce(0, +) / Double(all.count)
        variance[channel] =
          all.reduce(0) { $0 + ($1 - mean[channel]) * ($1 - mean[channel]) } / Double(all.count)
      }
    }
    return images.map { image in
      image.indices.map { index in
        let channel = index % shape.channels
        return parameter("scale")[channel] * (image[index] - mean[channel])
          / (variance[channel] + epsilon).squareRoot() + parameter("offset")[channel]
      }
    }
  }

  /// Calls `body` for each place and output channel with the cells of the window that lie on the image.
  func slide(
    _ window: Window, _ input: ImageShape, _ output: ImageShape,
    _ body: ([(pixel: Int, place: Int)], Int) -> Double
  ) -> [Double] {
    // "same": the border is split in two, the odd cell going to the far side.
    func border(_ size: Int, _ stride: Int, _ inputs: Int, _ outputs: Int) -> Int {
      window.padding == .valid ? 0 : max(0, (outputs - 1) * stride + size - inputs) / 2
    }
    let top = border(window.height, window.strideHeight, input.height, output.height)
    let left = border(window.width, window.strideWidth, input.width, output.width)
    var result: [Double] = []
    for row in 0..<output.height {
      for column in 0..<output.width {
        var cells: [(pixel: Int, place: Int)] = []
        for windowRow in 0..<window.height {
          for windowColumn in 0..<window.width {
            let y = row * window.strideHeight - top + windowRow
            let x = column * window.strideWidth - left + windowColumn
            guard (0..<input.height).contains(y), (0..<input.width).contains(x) else { continue }
            cells.append((y * input.width + x, windowRow * window.width + windowColumn))
          }
        }
        for channel in 0..<output.channels { result.append(body(cells, channel)) }
      }
    }
    return result
  }
}
