/// What lets a network compute with other numbers than its floats in training and test, such as the integers that a
/// chip will compute with.
///
/// The network's layers do their sums as always, on weights and values that the arithmetic sets. What is learned are
/// parameters of the arithmetic's own, from which the layers' weights follow. Gradients between layers are those of
/// what the values stand for, not of the numbers that they are held as.
package protocol NetworkArithmetic: AnyObject {
  /// What is learned, in place of the network's own parameters.
  var parameters: [Parameter] { get }

  /// So many epochs are done.
  func startEpoch(_ done: Int, of epochs: Int)

  /// Sets the layers' weights, and brings the first `count` items of the input to the numbers that layers take in.
  func begin(_ input: Tensor, count: Int)

  /// Lets a layer compute, up to the numbers that the next one takes in.
  ///
  /// - Parameter forward: what the layer does by itself; it may be called several times, each for another tensor.
  func run(layer: Int, inputs: [Tensor], output: Tensor, count: Int, forward: (Tensor) -> Void)

  /// Turns the gradient by what a layer's output stands for into that by what the layer computes by itself.
  func turnBack(layer: Int, output: Tensor, gradient: Tensor, count: Int)

  /// A step has moved the parameters.
  func endStep()

  /// After the way back: turns the gradients of the layers' weights into those of `parameters`.
  func end()
}
