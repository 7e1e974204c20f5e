import OctetData
import OctetHost
import OctetNetwork

extension Network {
  /// Runs the network on all `images` and compares.
  ///
  /// - Parameter progress: called after each batch with the images done so far.
  package func evaluate(
    _ images: LabeledItems, targets: TrainingTargets, head: OutputHead, workers: Workers,
    progress: (Int) -> Void = { _ in }
  ) -> Evaluation {
    let loader = BatchLoader(images, workers: workers)
    let indices = Array(0..<images.count)
    var confusion = targets.labels.map { _ in ConfusionMatrix(classNames: images.classNames) }
    var target = [Float](repeating: 0, count: head.outputs)
    var loss = 0.0
    for start in stride(from: 0, to: images.count, by: capacity) {
      let batch = indices[start..<min(start + capacity, images.count)]
      loader.load(batch, epoch: 0, into: input)
      forward(count: batch.count)
      for (place, index) in batch.enumerated() {
        let values = output.image(place)
        target.withUnsafeMutableBufferPointer { target in
          guard let start = target.baseAddress else { return }
          targets.write(index, input: input.image(place), head: head, into: start)
          loss += Double(head.finish(values, target: start))
        }
        if let label = targets.label(of: index) {
          confusion?.add(truth: label, predicted: head.predictedClass(values))
        }
      }
      progress(batch.endIndex)
    }
    return Evaluation(
      loss: images.isEmpty ? 0 : loss / Double(images.count), items: images.count, confusion: confusion)
  }

  /// The outputs for all `images`, activation applied, one row each.
  package func outputs(_ images: LabeledItems, activation: Activation, workers: Workers) -> [[Float]] {
    let loader = BatchLoader(images, workers: workers)
    let indices = Array(0..<images.count)
    let width = output.shape.count
    var rows: [[Float]] = []
    for start in stride(from: 0, to: images.count, by: capacity) {
      let batch = indices[start..<min(start + capacity, images.count)]
      loader.load(batch, epoch: 0, into: input)
      forward(count: batch.count)
      for place in 0..<batch.count {
        let row = output.image(place)
        activation.apply(row, count: width)
        rows.append(Array(UnsafeBufferPointer(start: row, count: width)))
      }
    }
    return rows
  }

  /// Images that a pass can hold in about 96 MB of values and gradients, 512 at most.
  package static func roomyCapacity(_ description: NetworkDescription) throws(NetworkError) -> Int {
    let bytes = try description.shapes().reduce(0) { $0 + $1.count } * 2 * MemoryLayout<Float>.stride
    return min(max(96 << 20 / bytes, 1), 512)
  }
}

extension Network {
  /// The first output of one pass, activation applied, item after item.
  ///
  /// - Parameter inputs: the items' values, one item after the other; `capacity` items at most.
  package func outputs(of inputs: [Float], activation: Activation? = nil) -> [Float] {
    allOutputs(of: inputs) { activation ?? self.pendingActivation(ofOutput: $0) }[0]
  }

  /// Every output of one pass, item after item.
  ///
  /// - Parameters:
  ///   - inputs: the items' values, one item after the other; `capacity` items at most.
  ///   - activation: what is done to the values of an output; nil for what belongs to it.
  package func allOutputs(
    of inputs: [Float], activation: ((Int) -> Activation)? = nil
  ) -> [[Float]] {
    let count = inputs.count / input.shape.count
    precondition(
      count <= capacity && count * input.shape.count == inputs.count, "whole items that fit a pass")
    inputs.withUnsafeBufferPointer { values in
      if let start = values.baseAddress { input.base.update(from: start, count: values.count) }
    }
    forward(count: count)
    return description.outputs.enumerated().map { index, value in
      let (shape, function) = (shapes[value], activation?(index) ?? pendingActivation(ofOutput: index))
      // Of a copy: two outputs may be the same value.
      var values = self.value(value).values(count)
      values.withUnsafeMutableBufferPointer { values in
        guard let start = values.baseAddress else { return }
        // Softmax is over the channels of each place.
        function.apply(
          start, rows: count * shape.height * shape.width, columns: shape.channels, stride: shape.channels)
      }
      return values
    }
  }
}
