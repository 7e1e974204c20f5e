/// The function at the end of a layer.
package enum Activation: String, CaseIterable, Sendable {
  case linear
  case relu
  case sigmoid
  case tanh
  case softmax
}
