import Octet
import OctetNetwork

/// Where the rows or columns of a resized image lie, as TensorFlow Lite's kernels for integers work it out: in steps of
/// 1/1,024, from a ratio that is rounded to such a step.
enum LiteResize {
  static func places(_ kind: Resize, from input: Int, to output: Int) -> [(first: Int, share: Int)] {
    if kind.method == .nearest { return kind.places(from: input, to: output).map { ($0.first, 0) } }
    let whole = Int(LayerKind.Resampling.whole)
    var ratio = (whole * input + output / 2) / output
    if kind.alignment == .aligned, output > 1 {
      ratio = (whole * (input - 1) + (output - 1) / 2) / (output - 1)
    }
    return (0..<output).map { index in
      var place = index * ratio
      if kind.alignment == .halfPixel { place += ratio / 2 - whole / 2 }
      let first = max(place / whole, 0)
      guard first + 1 < input else { return (input - 1, 0) }
      // Before the first cell it counts alone.
      return place < 0 ? (0, 0) : (first, place - first * whole)
    }
  }
}
