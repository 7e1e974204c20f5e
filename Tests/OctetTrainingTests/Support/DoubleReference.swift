import Foundation
import OctetNetwork
import OctetTraining

/// The networks once more, in double precision and in the plainest loops: the oracle for the layers.
///
/// Written from the definitions of the layers, not from their code, and slow. Batches are arrays of images, images
/// are arrays of `height x width x channels` numbers.
struct DoubleReference {
  let description: NetworkDescription
  /// By name, as in `Parameter.name`.
  var parameters: [String: [Double]]
  /// Whether batch normalization uses the batch, and `dropoutMasks` apply.
  var isTraining = false

  init(_ network: Network) {
    description = network.description
    parameters = Dictionary(
      uniqueKeysWithValues: network.parameters.map { ($0.name, $0.array.map(Double.init)) })
  }

  /// Every value for every image: `values[v][image]`, value 0 being the input. The last activation is applied.
  func forward(_ images: [[Double]]) throws -> [[[Double]]] {
    let shapes = try description.shapes()
    var values = [images]
    for (index, layer) in description.layers.enumerated() {
      let inputs = layer.inputs.map { values[$0] }
      var output = compute(layer, inputs, from: shapes[layer.inputs[0]], to: shapes[index + 1])
      for image in output.indices { output[image] = activate(layer.activation, output[image]) }
      values.append(output)
    }
    return values
  }

  /// The mean loss over the batch.
  func loss(_ images: [[Double]], labels: [Int], _ loss: Loss) throws -> Double {
    let outputs = try forward(images).last ?? []
    return zip(outputs, labels).reduce(0) { $0 + value(loss, $1.0, label: $1.1) } / Double(labels.count)
  }

  func value(_ loss: Loss, _ output: [Double], label: Int) -> Double {
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
    }
  }

  private func activate(_ activation: Activation, _ values: [Double]) -> [Double] {
    switch activation {
    case .linear: return values
    case .relu: return values.map { max($0, 0) }
    case .sigmoid: return values.map { 1 / (1 + exp(-$0)) }
    case .tanh: return values.map(tanh)
    case .softmax:
      let powers = values.map { exp($0 - (values.max() ?? 0)) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
  }

  private func compute(
    _ layer: LayerDescription, _ inputs: [[[Double]]], from input: ImageShape, to output: ImageShape
  ) -> [[Double]] {
    let images = inputs[0]
    func parameter(_ name: String) -> [Double] { parameters["\(layer.name).\(name)"] ?? [] }
    switch layer.kind {
    case .dense(let dense):
      let weight = parameter("weight")
      return images.map { image in
        (0..<dense.units).map { unit in
          image.indices.reduce(dense.hasBias ? parameter("bias")[unit] : 0) {
            $0 + image[$1] * weight[$1 * dense.units + unit]
          }
        }
      }
    case .convolution(let convolution):
      let weight = parameter("weight")
      let bias = convolution.hasBias ? parameter("bias") : nil
      return images.map { image in
        slide(convolution.window, input, output) { cells, filter in
          cells.reduce(bias?[filter] ?? 0) { sum, cell in
            (0..<input.channels).reduce(sum) {
              $0 + image[cell.pixel * input.channels + $1]
                * weight[(cell.place * input.channels + $1) * output.channels + filter]
            }
          }
        }
      }
    case .depthwiseConvolution(let convolution):
      let weight = parameter("weight")
      let bias = convolution.hasBias ? parameter("bias") : nil
      return images.map { image in
        slide(convolution.window, input, output) { cells, channel in
          cells.reduce(bias?[channel] ?? 0) {
            $0 + image[$1.pixel * input.channels + channel / convolution.multiplier]
              * weight[$1.place * output.channels + channel]
          }
        }
      }
    case .maxPooling(let pooling):
      return images.map { image in
        slide(pooling.window, input, output) { cells, channel in
          cells.map { image[$0.pixel * input.channels + channel] }.max() ?? 0
        }
      }
    case .averagePooling(let pooling):
      return images.map { average($0, pooling.window, input, output) }
    case .globalAveragePooling:
      return images.map { average($0, Window(height: input.height, width: input.width), input, output) }
    case .batchNormalization(let normalization):
      return normalize(images, input, layer.name, epsilon: Double(normalization.epsilon))
    case .add:
      return zip(images, inputs[1]).map { zip($0, $1).map(+) }
    case .flatten, .dropout, .activation:
      return images
    }
  }

  private func average(
    _ image: [Double], _ window: Window, _ input: ImageShape, _ output: ImageShape
  ) -> [Double] {
    slide(window, input, output) { cells, channel in
      cells.reduce(0) { $0 + image[$1.pixel * input.channels + channel] } / Double(cells.count)
    }
  }

  private func normalize(_ images: [[Double]], _ shape: ImageShape, _ name: String, epsilon: Double)
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
  private func slide(
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
