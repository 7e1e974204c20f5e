import OctetHost
import OctetInterchange
import OctetNetwork

/// The file has no such kind: it becomes a depthwise convolution of one cell, which the layer before it often takes in.
extension BatchNormalization: LayerLowering {
  /// `scale * (x - mean) / sqrt(variance + epsilon) + offset`, as one factor and one summand for each channel.
  func lower(_ site: LoweringSite, _ network: inout NetworkLowering) throws(QuantizationError) -> Int {
    try network.requirePicture(site)
    let scale = try network.parameter(site, "scale")
    let offset = try network.parameter(site, "offset")
    let mean = try network.parameter(site, "mean")
    let variance = try network.parameter(site, "variance")
    let factors = scale.indices.map {
      Double(scale[$0]) / (Double(variance[$0]) + Double(epsilon)).squareRoot()
    }
    return network.append(
      site, DepthwiseConvolution(window: Window(height: 1, width: 1)), weights: factors.map { Float($0) },
      bias: factors.indices.map { Float(Double(offset[$0]) - Double(mean[$0]) * factors[$0]) })
  }

  func convert(
    _ node: Graph.Node, _ inputs: [Int], _ network: inout LiteIntegerConversion
  ) throws(ImportError) -> Int {
    throw network.source.failure("\(node.title) has a constant, which is supported in float files only")
  }
}
