import OctetFloatKernels
import OctetHost
import OctetNetwork

/// A network with its weights, room for one batch, and the way forward and back.
package final class Network {
  package let description: NetworkDescription
  package let shapes: [ImageShape]

  /// Every parameter, layer after layer; those that are not trained included.
  package let parameters: [Parameter]

  /// Images there is room for.
  package let capacity: Int

  private let layers: [any Layer]
  private let workers: Workers
  private let seed: UInt64

  /// `values[0]` is the input, `values[i]` the output of layer `i - 1`; `gradients` mirrors it.
  private let values: [Tensor]
  private let gradients: [Tensor?]

  /// The layers that read a value; the gradients of all but the last are added to what the last one wrote.
  private let readerCounts: [Int]
  /// For each value the places of gradients that a layer adds to those of others: as many as one layer may need.
  private let extra: [[Tensor]]

  /// For each layer with a function of one value, what goes into it, where there is room for gradients.
  private let arguments: [Tensor?]

  /// For each layer whether its weights stay as they are.
  private let isFrozen: [Bool]
  /// For each value whether anything that is trained lies before it, so that its gradient is needed.
  private let carriesGradient: [Bool]

  /// Where the time goes, if somebody asks.
  package var profile: LayerProfile?

  /// Numbers other than its own floats that it computes with, if there are some.
  package var arithmetic: (any NetworkArithmetic)?

  /// What training learns.
  package var learned: [Parameter] { arithmetic?.parameters ?? parameters }

  /// Builds the network with fresh weights drawn from `seed`.
  ///
  /// - Parameters:
  ///   - forTraining: whether there is room for gradients.
  ///   - frozen: names of layers whose weights stay as they are.
  package init(
    _ description: NetworkDescription, capacity: Int, seed: UInt64, workers: Workers,
    forTraining: Bool = true,
    frozen: Set<String> = []
  ) throws(NetworkError) {
    let shapes = try description.shapes()
    try description.checkParameterCount()
    try description.checkOutputs()
    let read = description.readValues
    var layers: [any Layer] = []
    var parameters: [Parameter] = []
    var carriesGradient = [false]
    for (index, layer) in description.layers.enumerated() {
      let specification = layer.kind.specification
      let input = shapes[layer.inputs[0]]
      var random = RandomStream(seed: seed, purpose: .weights, UInt64(index))
      let own = specification.parameters(for: input).map {
        Parameter(layer: layer.name, $0, isFrozen: frozen.contains(layer.name), random: &random)
      }
      carriesGradient.append(
        own.contains { $0.isTrained && !$0.isFrozen } || layer.inputs.contains { carriesGradient[$0] })
      // The activation of an output belongs to the output head, which joins it with the loss, where no layer reads it.
      let isHead = description.outputs.contains(index + 1) && !read.contains(index + 1)
      let site = LayerSite(
        inputs: layer.inputs.map { shapes[$0] }, output: shapes[index + 1],
        activation: isHead ? .linear : layer.activation.ofLayer, parameters: own, index: index)
      layers.append(layer.kind.makeLayer(site))
      parameters += own
    }
    isFrozen = description.layers.map { frozen.contains($0.name) }
    self.carriesGradient = carriesGradient
    self.description = description
    self.shapes = shapes
    self.layers = layers
    self.parameters = parameters
    self.capacity = capacity
    self.workers = workers
    self.seed = seed
    values = shapes.map { Tensor(shape: $0, capacity: capacity) }
    var readerCounts = [Int](repeating: 0, count: shapes.count)
    for layer in description.layers { for value in layer.inputs { readerCounts[value] += 1 } }
    self.readerCounts = readerCounts
    // The gradient of the input is not needed.
    gradients = shapes.enumerated().map {
      forTraining && $0.offset > 0 ? Tensor(shape: $0.element, capacity: capacity) : nil
    }
    arguments = description.layers.enumerated().map { index, layer in
      guard forTraining, case .function = layer.activation else { return nil }
      return Tensor(shape: shapes[index + 1], capacity: capacity)
    }
    extra = shapes.enumerated().map { value, shape in
      guard forTraining, value > 0 else { return [] }
      let mostOfOne = description.layers.reduce(0) { max($0, $1.inputs.count { $0 == value }) }
      return (0..<max(min(mostOfOne, readerCounts[value] - 1), 0)).map { _ in
        Tensor(shape: shape, capacity: capacity)
      }
    }
  }

  /// Whether what a layer gives is an output alone, whose softmax or sigmoid is left to others.
  private func isHead(_ value: Int) -> Bool {
    description.outputs.contains(value) && readerCounts[value] == 0
  }

  /// Takes over the values of parameters of the same names and shapes.
  package func start(from values: [NamedValues]) {
    for parameter in parameters {
      if let own = values.first(where: { $0.name == parameter.name && $0.shape == parameter.shape }) {
        parameter.array = own.values
      }
    }
  }

  /// Where the caller writes the images of a batch.
  package var input: Tensor { values[0] }

  /// The first output, before its activation where no layer reads it.
  package var output: Tensor { values[description.outputs[0]] }

  /// Where the caller writes the gradient of the loss before it calls `backward`.
  package var outputGradient: Tensor? { gradients[description.outputs[0]] }

  /// What is left to do to the values of an output after `forward`.
  package func pendingActivation(ofOutput index: Int) -> Activation {
    let value = description.outputs[index]
    return readerCounts[value] > 0 ? .linear : description.activation(of: value).ofOutput
  }

  /// Values of a layer after the last `forward`, for looking inside.
  package func value(_ index: Int) -> Tensor { values[index] }

  package func forward(count: Int, isTraining: Bool = false, step: UInt64 = 0) {
    arithmetic?.begin(values[0], count: count)
    for (index, layer) in layers.enumerated() {
      let start = profile?.now()
      let batch = batch(ofLayer: index, count, isTraining, step)
      let inputs = description.layers[index].inputs.map { values[$0] }
      if let arithmetic {
        arithmetic.run(layer: index, inputs: inputs, output: values[index + 1], count: count) {
          layer.forward(batch, inputs: inputs, output: $0)
        }
      } else {
        layer.forward(batch, inputs: inputs, output: values[index + 1])
      }
      applyFunction(ofLayer: index, count: count)
      if let start { profile?.addForward(index, since: start) }
    }
  }

  /// A frozen layer works as it does in a trained network.
  private func batch(ofLayer index: Int, _ count: Int, _ isTraining: Bool, _ step: UInt64) -> Batch {
    Batch(count: count, isTraining: isTraining && !isFrozen[index], seed: seed, step: step, workers: workers)
  }

  /// The function at the end of a layer that the layer does not know: one of one value, or softmax over the channels
  /// of each place.
  private func applyFunction(ofLayer index: Int, count: Int) {
    let activation = description.layers[index].activation
    let output = values[index + 1]
    if activation == .softmax, !isHead(index + 1) {
      let channels = output.shape.channels
      workers.forEach(count) { image, _ in
        activation.apply(
          output.image(image), rows: output.shape.count / channels, columns: channels, stride: channels)
      }
    }
    guard case .function(let function) = activation else { return }
    workers.forEach(count) { image, _ in
      let target = output.image(image)
      arguments[index]?.image(image).update(from: target, count: output.shape.count)
      function.apply(target, count: output.shape.count)
    }
  }

  /// The gradient of a layer's output becomes that of what goes into the function behind it.
  private func multiplyDerivative(ofLayer index: Int, _ gradient: Tensor, count: Int) {
    let activation = description.layers[index].activation
    if activation == .softmax, !isHead(index + 1) {
      let output = values[index + 1]
      let channels = output.shape.channels
      workers.forEach(count) { image, _ in
        for start in stride(from: 0, to: output.shape.count, by: channels) {
          activation.multiplyDerivative(
            gradient.image(image) + start, output: output.image(image) + start, count: channels)
        }
      }
    }
    guard case .function(let function) = activation, let source = arguments[index] else { return }
    workers.forEach(count) { image, _ in
      function.multiplyDerivative(
        gradient.image(image), arguments: source.image(image), count: source.shape.count)
    }
  }

  /// Needs the `forward` of the same batch and step just before it.
  package func backward(count: Int, step: UInt64 = 0) {
    var isWritten = [Bool](repeating: false, count: values.count)
    for (index, layer) in layers.enumerated().reversed() {
      guard let outputGradient = gradients[index + 1] else { preconditionFailure("built without gradients") }
      if readerCounts[index + 1] == 0, index + 1 != description.outputs[0] { continue }
      guard carriesGradient[index + 1] else { continue }
      let start = profile?.now()
      let inputs = description.layers[index].inputs
      // A value that is read again, even by the same layer, gets its next gradient in `extra` first.
      var targets: [Tensor?] = []
      var pending: [(value: Int, gradient: Tensor)] = []
      for value in inputs {
        if !carriesGradient[value] {
          targets.append(nil)
        } else if isWritten[value] {
          let place = pending.count { $0.value == value }
          let gradient = extra[value].indices.contains(place) ? extra[value][place] : nil
          targets.append(gradient)
          if let gradient { pending.append((value, gradient)) }
        } else {
          targets.append(gradients[value])
          isWritten[value] = true
        }
      }
      multiplyDerivative(ofLayer: index, outputGradient, count: count)
      arithmetic?.turnBack(layer: index, output: values[index + 1], gradient: outputGradient, count: count)
      layer.backward(
        batch(ofLayer: index, count, true, step), inputs: inputs.map { values[$0] },
        output: values[index + 1], outputGradient: outputGradient,
        inputGradients: targets)
      for (value, source) in pending {
        guard let target = gradients[value] else { continue }
        workers.forEach(count) { image, _ in
          octet_add(target.image(image), source.image(image), source.shape.count)
        }
      }
      if let start { profile?.addBackward(index, since: start) }
    }
    arithmetic?.end()
  }
}
