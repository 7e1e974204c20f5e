import OctetNetwork

extension GraphBuilder {
  /// A convolution in groups of channels, which do not see each other.
  ///
  /// - Parameter weights: `rows x columns x channels per group x filters`.
  mutating func convolution(
    _ view: ArrayView, _ layout: Layout, _ window: Window, filters: Int, groups: Int, weights: [Float],
    bias: [Double]?, _ title: String
  ) throws(GraphFailure) -> ArrayView {
    let channels = try image(view, layout).channels
    let cells = window.height * window.width
    guard groups > 0, filters > 0, channels % groups == 0, filters % groups == 0 else {
      throw GraphFailure("has \(groups) groups for \(channels) channels and \(filters) filters")
    }
    let perGroup = channels / groups
    guard filters <= NetworkDescription.largestParameterCount / (cells * channels),
      weights.count == cells * perGroup * filters
    else {
      throw GraphFailure(
        "has \(weights.count) weights for \(filters) filters of \(window.height)x\(window.width) and \(channels) channels"
      )
    }
    if groups == channels, groups > 1, filters / groups <= 64 {
      return try self.window(
        .depthwiseConvolution(
          DepthwiseConvolution(window: window, multiplier: filters / groups, hasBias: bias != nil)),
        view, layout, title, weights: weights, bias: bias)
    }
    var ordered = weights
    if groups > 1 {
      // Groups that do not see a channel have zeros for it.
      ordered = [Float](repeating: 0, count: cells * channels * filters)
      let filtersPerGroup = filters / groups
      for cell in 0..<cells {
        for own in 0..<perGroup {
          for filter in 0..<filters {
            let channel = filter / filtersPerGroup * perGroup + own
            ordered[(cell * channels + channel) * filters + filter] =
              weights[(cell * perGroup + own) * filters + filter]
          }
        }
      }
    }
    return try self.window(
      .convolution(Convolution(filters: filters, window: window, hasBias: bias != nil)), view, layout, title,
      weights: ordered, bias: bias)
  }
}
