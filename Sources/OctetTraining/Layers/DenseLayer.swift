import OctetFloatKernels
import OctetHost
import OctetNetwork

/// `Y = activation(X W + b)` with X `batch x inputs`, W `inputs x outputs`, Y `batch x outputs`.
final class DenseLayer: Layer {
  private let inputCount: Int
  private let outputCount: Int
  private let activation: Activation
  private let weight: Parameter
  private let bias: Parameter?

  // How the three products are cut into items for the workers. Fixed numbers, so that results do not depend on
  // the machine: a batch of many rows is cut by rows, a short one by columns.
  private static let rowsPerItem = 64
  private static let columnsPerItem = 64
  private static let inputsPerItem = 256

  init(_ site: LayerSite) {
    inputCount = site.input.count
    outputCount = site.output.count
    activation = site.activation
    weight = site.parameters[0]
    bias = site.parameters.count > 1 ? site.parameters[1] : nil
  }

  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor) {
    let byRows = batch.count >= 2 * Self.rowsPerItem
    if byRows {
      batch.workers.forEachPiece(of: batch.count, size: Self.rowsPerItem) { rows, _ in
        forward(rows: rows, columns: 0..<outputCount, inputs[0], output)
      }
    } else {
      batch.workers.forEachPiece(of: outputCount, size: Self.columnsPerItem) { columns, _ in
        forward(rows: 0..<batch.count, columns: columns, inputs[0], output)
      }
    }
  }

  private func forward(rows: Range<Int>, columns: Range<Int>, _ input: Tensor, _ output: Tensor) {
    let target = output.base + rows.lowerBound * outputCount + columns.lowerBound
    MatrixProduct.multiply(
      rows: rows.count, columns: columns.count, depth: inputCount,
      .init(input.base + rows.lowerBound * inputCount, stride: inputCount),
      .init(weight.values + columns.lowerBound, stride: outputCount), into: target, stride: outputCount)
    if let bias {
      octet_add_bias(target, bias.values + columns.lowerBound, rows.count, columns.count, outputCount)
    }
    activation.apply(target, rows: rows.count, columns: columns.count, stride: outputCount)
  }

  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?]
  ) {
    if activation != .linear {
      for row in 0..<batch.count {
        activation.multiplyDerivative(
          outputGradient.image(row), output: output.image(row), count: outputCount)
      }
    }
    if let bias {
      bias.gradient.update(repeating: 0, count: outputCount)
      octet_add_rows(bias.gradient, outputGradient.base, batch.count, outputCount, outputCount)
    }
    let input = inputs[0]
    batch.workers.forEachPiece(of: inputCount, size: Self.inputsPerItem) { piece, _ in
      // dW = X^T dY, for the weights of these inputs.
      MatrixProduct.multiply(
        rows: piece.count, columns: outputCount, depth: batch.count,
        .init(input.base + piece.lowerBound, stride: inputCount, isTransposed: true),
        .init(outputGradient.base, stride: outputCount),
        into: weight.gradient + piece.lowerBound * outputCount, stride: outputCount)
      // dX = dY W^T, for these inputs.
      if let inputGradient = inputGradients[0] {
        MatrixProduct.multiply(
          rows: batch.count, columns: piece.count, depth: outputCount,
          .init(outputGradient.base, stride: outputCount),
          .init(weight.values + piece.lowerBound * outputCount, stride: outputCount, isTransposed: true),
          into: inputGradient.base + piece.lowerBound, stride: inputCount)
      }
    }
  }
}
