/// Classes of Keras that have no counterpart here, with what to do instead.
enum KerasUnsupported {
  /// Why a class is not supported; nil for one that nothing is known of.
  static func reason(_ kind: String) -> String? {
    if let own = reasons[kind] { return own }
    if kind.hasSuffix("3D") || kind == "Conv3DTranspose" {
      return "works on volumes or videos, which are not supported: use layers for images (2D) or series (1D)"
    }
    return nil
  }

  private static let recurrent =
    "keeps a state from step to step, which is not supported: use convolutions along the steps (Conv1D)"
  private static let products =
    "multiplies values of the network with each other as matrices, which is not supported: replace it by convolutions, "
    + "dense layers or pools"
  private static let ownWeights =
    "has other weights in each place, which is not supported: use a convolution, or Flatten and Dense"

  private static let reasons: [String: String] = [
    "AdditiveAttention": products, "Attention": products, "Dot": products,
    "GroupQueryAttention": products, "MultiHeadAttention": products, "ops.Dot": products,
    "ops.Einsum": products, "ops.Matmul": products, "tf.linalg.matmul": products,
    "Bidirectional": recurrent, "ConvLSTM1D": recurrent, "ConvLSTM2D": recurrent, "GRU": recurrent,
    "LSTM": recurrent, "RNN": recurrent, "SimpleRNN": recurrent,
    "LocallyConnected1D": ownWeights, "LocallyConnected2D": ownWeights,
    "Embedding":
      "looks up rows by whole numbers, which is not supported: give the model the rows themselves as its input",
    "Lambda":
      "holds Python code, which is not run: write its function with layers or keras.ops, and save the model again",
    "Masking":
      "hides steps from the layers after it, which is not supported: save the model without it, and leave such steps "
      + "out of the data",
  ]
}
