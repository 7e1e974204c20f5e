import OctetHost
import OctetNetwork

/// A layer with its weights, computing on batches.
///
/// A batch is `count x height x width x channels` floats, channels last. Layers overwrite what they write: where a
/// value has several readers the network adds their gradients itself.
package protocol Layer: AnyObject {
  /// Computes `output` from `inputs`, activation included.
  func forward(_ batch: Batch, inputs: [Tensor], output: Tensor)

  /// Given the gradient of the loss in `outputGradient`, writes that of each input that is asked for, and of the
  /// parameters. May overwrite `outputGradient`.
  func backward(
    _ batch: Batch, inputs: [Tensor], output: Tensor, outputGradient: Tensor, inputGradients: [Tensor?])
}

/// What layers need to know of the batch at hand.
package struct Batch {
  /// Images in this batch; tensors may have room for more.
  package let count: Int

  /// Whether dropout drops and batch normalization looks at the batch.
  package let isTraining: Bool

  /// Names this step's random numbers.
  package let seed: UInt64
  package let step: UInt64

  package let workers: Workers
}

/// Where a layer is built.
package struct LayerSite {
  /// One for each input.
  package let inputs: [ImageShape]
  package var input: ImageShape { inputs[0] }
  package let output: ImageShape
  package let activation: Activation
  package let parameters: [Parameter]
  /// The layer's place in the network, which names its random streams during training.
  package let index: Int
}

extension FloatLayerKind {
  /// Builds the layer around its parameters.
  func makeLayer(_ site: LayerSite) -> any Layer {
    switch self {
    case .dense: DenseLayer(site)
    case .convolution(let kind): ConvolutionLayer(site, window: kind.window)
    case .depthwiseConvolution(let kind):
      DepthwiseConvolutionLayer(site, window: kind.window, multiplier: kind.multiplier)
    case .maxPooling(let kind): MaxPoolingLayer(site, window: kind.window)
    case .averagePooling(let kind): AveragePoolingLayer(site, window: kind.window)
    case .globalAveragePooling:
      AveragePoolingLayer(site, window: Window(height: site.input.height, width: site.input.width))
    case .batchNormalization(let kind): BatchNormalizationLayer(site, kind)
    case .add(let kind): JoinLayer(site, kind.operation)
    case .subtract(let kind): JoinLayer(site, kind.operation)
    case .multiply(let kind): JoinLayer(site, kind.operation)
    case .maximum(let kind): JoinLayer(site, kind.operation)
    case .minimum(let kind): JoinLayer(site, kind.operation)
    case .squaredDifference(let kind): JoinLayer(site, kind.operation)
    case .concatenate(let kind): PlacedLayer(site, kind)
    case .arrange(let kind): PlacedLayer(site, kind)
    case .resize(let kind): PlacedLayer(site, kind)
    case .flatten, .activation: PlacewiseLayer<CopyFunction>(site)
    case .dropout(let kind): DropoutLayer(site, rate: kind.rate)
    }
  }
}
