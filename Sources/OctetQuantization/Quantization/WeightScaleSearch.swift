import Octet
import OctetNetwork

/// The scale of each output's weights.
///
/// The largest weight over the largest integer loses nothing at the ends; a smaller scale cuts the largest weights off
/// and is finer for all the others. The choice is the one with the smallest square error, each weight's error counting
/// as much as the square of the input that it meets: weights of pixels that are never inked do not matter.
struct WeightScaleSearch {
  /// Tried scales, as shares of the largest: with fewer steps it pays to cut more off.
  private static func shares(_ encoding: WeightEncoding) -> [Double] {
    (encoding == .int8 ? 25...100 : 10...100).reversed().map { Double($0) / 100 }
  }

  /// - Parameters:
  ///   - weights: `weightsPerOutput x outputs`
  ///   - importance: one for each of an output's weights
  static func scales(
    _ weights: [Float], outputs: Int, importance: [Double], isSearched: Bool,
    encoding: WeightEncoding = .int8
  ) -> [Double] {
    let limit = Double(encoding.largest)
    let shares = shares(encoding)
    return (0..<outputs).map { output in
      let own = stride(from: output, to: weights.count, by: outputs).map { Double(weights[$0]) }
      let largest = own.reduce(0) { max($0, abs($1)) } / limit
      guard isSearched, largest > 0 else { return largest }
      var best = largest
      var bestCost = Double.infinity
      for share in shares {
        let scale = largest * share
        let inverse = 1 / scale
        var cost = 0.0
        for (weight, factor) in zip(own, importance) {
          let error = weight - min(max((weight * inverse).rounded(), -limit), limit) * scale
          cost += factor * error * error
        }
        if cost < bestCost { (best, bestCost) = (scale, cost) }
      }
      return best
    }
  }

  /// The mean square of the input that each weight of an output meets, raised a little so that no weight is free.
  static func importance(_ layer: LoweredLayer, inputs: [Float]) -> [Double] {
    guard let positions = layer.kind.inputsOfWeights(layer) else {
      return [Double](repeating: 1, count: layer.weightsPerOutput)
    }
    var squares = [Double](repeating: 0, count: positions)
    var place = 0
    for value in inputs {
      squares[place] += Double(value) * Double(value)
      place = place + 1 == positions ? 0 : place + 1
    }
    let share = 1 / Double(max(inputs.count / positions, 1))
    let mean = squares.reduce(0, +) * share / Double(positions)
    return (0..<layer.weightsPerOutput).map { squares[$0 % positions] * share + 1e-3 * mean + 1e-30 }
  }
}
