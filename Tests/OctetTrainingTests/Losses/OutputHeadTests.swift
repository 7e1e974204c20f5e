import OctetNetwork
import OctetTraining
import Testing

@Suite struct OutputHeadTests {
  @Test func `pairs that make no sense are refused`() {
    func refusal(_ activation: Activation, _ loss: Loss, outputs: Int, classes: Int) -> String? {
      do throws(NetworkError) {
        _ = try OutputHead(activation: activation, loss: loss, outputs: outputs, classes: classes)
        return nil
      } catch {
        return error.description
      }
    }
    #expect(refusal(.sigmoid, .binaryCrossentropy, outputs: 1, classes: 10)?.contains("10") == true)
    #expect(refusal(.softmax, .binaryCrossentropy, outputs: 1, classes: 2)?.contains("always 1") == true)
    #expect(refusal(.softmax, .hinge, outputs: 9, classes: 10)?.contains("must be equal") == true)
    #expect(refusal(.linear, .binaryCrossentropy, outputs: 1, classes: 2)?.contains("probabilities") == true)
    #expect(
      refusal(.sigmoid, .categoricalCrossentropy, outputs: 1, classes: 2)?.contains("per class") == true)
    #expect(
      refusal(.tanh, .sparseCategoricalCrossentropy, outputs: 3, classes: 3)?.contains("softmax") == true)
    #expect(refusal(.tanh, .hinge, outputs: 3, classes: 3) == nil)
    #expect(refusal(.softmax, .binaryCrossentropy, outputs: 3, classes: 3) == nil)
    #expect(refusal(.tanh, .meanSquare, outputs: 1, classes: 2)?.contains("needs sigmoid") == true)
    #expect(refusal(.sigmoid, .huber, outputs: 1, classes: 2) == nil)
  }

  @Test func `one output is cut in the middle of its range`() throws {
    let sigmoid = try OutputHead(activation: .sigmoid, loss: .binaryCrossentropy, outputs: 1, classes: 2)
    #expect(sigmoid.predictedClass([0.5]) == 0)
    #expect(sigmoid.predictedClass([0.51]) == 1)
    let tanh = try OutputHead(activation: .tanh, loss: .hinge, outputs: 1, classes: 2)
    #expect(tanh.predictedClass([-0.01]) == 0)
    #expect(tanh.predictedClass([0.01]) == 1)
  }

  @Test func `the first of equals wins`() throws {
    let head = try OutputHead(activation: .softmax, loss: .categoricalCrossentropy, outputs: 3, classes: 3)
    #expect(head.predictedClass([0.2, 0.4, 0.4]) == 1)
  }

  /// Values far beyond what an exponential can take give finite losses and gradients.
  @Test(arguments: [Loss.binaryCrossentropy, .categoricalCrossentropy, .sparseCategoricalCrossentropy])
  func `saturation stays finite`(loss: Loss) throws {
    for activation in [Activation.softmax, .sigmoid] {
      let head = try OutputHead(activation: activation, loss: loss, outputs: 3, classes: 3)
      var values: [Float] = [1e4, -1e4, 0]
      var gradient: [Float] = [0, 0, 0]
      let result = head.finish(&values, label: 1)
      head.gradient(values, label: 1, share: 1, into: &gradient)
      #expect(result.loss.isFinite && result.loss > 5)
      let allFinite = gradient.allSatisfy { $0.isFinite }
      #expect(allFinite)
      // A wrong answer, however sure, still pulls.
      if activation == .softmax, loss != .binaryCrossentropy { #expect(gradient[1] < -0.99) }
    }
  }

  /// Outputs on both sides of the hinge's corner, which small random weights never reach.
  @Test(arguments: [
    (Activation.linear, Loss.hinge), (.relu, .hinge), (.softmax, .hinge), (.softmax, .binaryCrossentropy),
    (.sigmoid, .binaryCrossentropy), (.sigmoid, .categoricalCrossentropy),
    (.softmax, .categoricalCrossentropy),
    (.softmax, .sparseCategoricalCrossentropy), (.linear, .meanSquare), (.tanh, .meanSquare),
    (.softmax, .meanSquare), (.linear, .meanAbsolute), (.sigmoid, .meanAbsolute), (.linear, .huber),
  ])
  func `gradients far from zero`(activation: Activation, loss: Loss) throws {
    let start: [Float] = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]
    let head = try OutputHead(activation: activation, loss: loss, outputs: 6, classes: 6)
    for label in start.indices {
      var values = start
      _ = head.finish(&values, label: label)
      var gradient = [Float](repeating: 0, count: 6)
      head.gradient(values, label: label, share: 1, into: &gradient)
      for index in start.indices {
        let step: Float = 1 / 64
        let losses = [step, -step].map { change in
          var moved = start
          moved[index] += change
          return head.finish(&moved, label: label).loss
        }
        let numeric = (losses[0] - losses[1]) / (2 * step)
        #expect(abs(gradient[index] - numeric) < 2e-3, "output \(index) of label \(label)")
      }
    }
  }
}
