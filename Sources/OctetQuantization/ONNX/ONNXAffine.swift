import Octet
import OctetHost
import OctetInterchange
import OctetNetwork

/// A factor and a summand for one channel, as the integers of a depthwise layer of one cell.
///
/// A weight of `w` steps makes the bias a whole number of `factor / w` of the input's steps. So the weight decides how
/// near the bias comes to the summand, with 127 steps to 1/254. The input has 256 values, each of which leaves an
/// interval of multipliers that give the result of the definition: the first weight and bias whose intervals have a
/// common part are taken, with the middle of that.
struct ONNXAffineChannel {
  private(set) var weight = 0
  /// What a step of the weight stands for.
  private(set) var scale = 0.0
  /// In steps of the sums, without what the input's zero point adds.
  private(set) var bias = 0.0
  /// How many of the 256 results are others than those of the definition, each by a step; none if nothing fits at all.
  private(set) var mismatches: Int?

  /// - Parameters:
  ///   - results: those of the definition, that of -128 first.
  ///   - clamp: the limits of the layer.
  init(
    factor: Double, summand: Double, from: IntegerLayer.Encoding, to: IntegerLayer.Encoding, results: [Int8],
    clamp: ClosedRange<Int>
  ) {
    let step = Double(from.scale) / Double(to.scale)
    if let only = results.first, results.allSatisfy({ $0 == only }) {
      (scale, bias, mismatches) = (1 / step, Double(Int(only) - to.zeroPoint), 0)
      return
    }
    for size in stride(from: 127, through: 1, by: -1) {
      let usual = step * abs(factor) / Double(size)
      let wanted = summand / Double(to.scale) / usual
      guard abs(wanted) < 0x1p30 else { continue }
      let signed = factor < 0 ? -size : size
      for candidate in [wanted.rounded(.down), wanted.rounded(.up)] {
        let sums = results.indices.map { signed * ($0 - 128 - from.zeroPoint) + Int(candidate) }
        let ratio = Self.ratio(sums, results, to, clamp) ?? usual
        // As the layer works it out of the scales again.
        let unit = ratio / step
        guard let scaling = FixedPointScaling(Double(from.scale) * unit / Double(to.scale)) else { continue }
        let found = zip(sums, results).count { sum, result in
          min(max(scaling.scaled(sum) + to.zeroPoint, clamp.lowerBound), clamp.upperBound) != Int(result)
        }
        guard found < mismatches ?? .max else { continue }
        (weight, scale, bias, mismatches) = (signed, unit, candidate, found)
        if found == 0 { return }
      }
    }
  }

  /// A factor that makes each result of its sum, once rounded half up; nil if there is none.
  private static func ratio(
    _ sums: [Int], _ results: [Int8], _ to: IntegerLayer.Encoding, _ clamp: ClosedRange<Int>
  ) -> Double? {
    var (low, high) = (0.0, 16.0)
    for (sum, result) in zip(sums, results) {
      let wanted = Double(Int(result) - to.zeroPoint)
      // What is cut off may be anything beyond.
      let least = Int(result) == clamp.lowerBound ? -Double.infinity : wanted - 0.5
      let most = Int(result) == clamp.upperBound ? Double.infinity : wanted + 0.5
      if sum == 0 {
        guard least <= 0, 0 < most else { return nil }
      } else {
        let ends = [least / Double(sum), most / Double(sum)].sorted()
        (low, high) = (max(low, ends[0]), min(high, ends[1]))
        guard low < high else { return nil }
      }
    }
    return low + (high - low) / 2
  }
}

extension LiteIntegerConversion {
  /// A factor and a summand for each channel, or for each value: a table where they are the same for all, else a
  /// depthwise layer of one cell, over the values as channels if each has its own.
  mutating func appendAffine(_ node: Graph.Node, _ inputs: [Int]) throws(ImportError) -> Int {
    let from = tensors[inputs[0]]
    let output = try output(node)
    if let function = node.valueFunction {
      let table = try results(of: .value(function), node, from, output)
      return append(lookUp(table, from: inputs[0]), shape: from.shape, output)
    }
    let clamp = ONNXArithmetic.clamp(node.function, output)
    var channels: [ONNXAffineChannel] = []
    for (index, weight) in node.weights.enumerated() {
      let (factor, summand) = (Double(weight), node.bias?[index] ?? 0)
      let line = ValueFunction.line(factor, summand)
      let channel = ONNXAffineChannel(
        factor: factor, summand: summand, from: encoding(of: inputs[0]), to: output,
        results: try results(of: .value(node.function.expression.of(line)), node, from, output), clamp: clamp)
      guard channel.mismatches != nil else {
        throw source.failure(
          "\(node.title) multiplies channel \(index) by \(factor) and adds \(summand), for which its scales "
            + "\(from.scale) and \(output.scale) are too far apart")
      }
      channels.append(channel)
    }
    var flat = node
    if channels.count > node.shape.channels { flat.shape = ImageShape(flat: channels.count) }
    let made = try append(
      DepthwiseConvolution(window: Window(height: 1, width: 1)), flat, shaped(inputs, like: flat.shape),
      integers: channels.map(\.weight), scales: channels.map(\.scale), bias: channels.map(\.bias))
    return shaped([made], like: node.shape)[0]
  }
}
