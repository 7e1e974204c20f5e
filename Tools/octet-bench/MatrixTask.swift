import OctetNetwork
import OctetTraining

/// A matrix product that training a layer needs: `rows x depth` times `depth x columns`.
struct MatrixTask {
  /// What the product is for.
  enum Purpose: String {
    case outputs
    case weightGradient = "weight gradient"
    case inputGradient = "input gradient"
  }

  let network: String
  let layer: String
  let purpose: Purpose
  let rows: Int
  let columns: Int
  let depth: Int

  /// The gradient of the weights reads the layer's inputs as their transpose.
  var leftIsTransposed: Bool { purpose == .weightGradient }

  /// The gradient of the inputs reads the layer's weights as their transpose.
  var rightIsTransposed: Bool { purpose == .inputGradient }

  /// Multiplications and additions.
  var operations: Double { 2 * Double(rows) * Double(columns) * Double(depth) }
}

extension MatrixTask {
  /// The products of one step over the first network of a recipe: dense layers take a whole batch at once,
  /// convolutions one image. The trainer may cut them into blocks, for its cores or for the cache.
  static func tasks(of recipe: Recipe) throws(NetworkError) -> [MatrixTask] {
    let network = recipe.candidates[0].network
    let shapes = try network.shapes()
    guard case .images(let batch) = recipe.settings.batch else { return [] }
    return network.layers.enumerated().flatMap { index, layer in
      let input = shapes[layer.inputs[0]]
      // A layer is the product of its inputs, laid out as `places x depth`, with its `depth x columns` weights.
      let (places, columns, depth): (Int, Int, Int)
      switch layer.kind {
      case .dense(let dense):
        (places, columns, depth) = (batch, dense.units, input.count)
      case .convolution(let convolution):
        let output = shapes[index + 1]
        let window = convolution.window
        (places, columns, depth) =
          (output.height * output.width, convolution.filters, window.height * window.width * input.channels)
      default:
        return [MatrixTask]()
      }
      func task(_ purpose: Purpose, _ rows: Int, _ columns: Int, _ depth: Int) -> MatrixTask {
        MatrixTask(
          network: recipe.name, layer: layer.name, purpose: purpose, rows: rows, columns: columns,
          depth: depth)
      }
      let tasks = [
        task(.outputs, places, columns, depth), task(.weightGradient, depth, columns, places),
        task(.inputGradient, places, depth, columns),
      ]
      // The gradient of the network's own input is not needed.
      return layer.inputs[0] == 0 ? tasks.dropLast() : tasks
    }
  }
}
