/// The image at another size.
package struct Resize: LayerSpecification {
  package static let keyword = "resize"
  package static let grammar =
    "resize HxW nearest|bilinear [half-pixel|corner|aligned] [floor|ceil|half-down|half-up]"
  package static let summary = "the image at another size, by the nearest cell or by lines between two"

  package enum Method: String, Hashable, Sendable {
    case nearest, bilinear
  }

  /// Where the places of the output lie on the input.
  package enum Alignment: String, Hashable, Sendable {
    /// The corners of the outer cells lie on each other: `(i + 1/2) * in / out - 1/2`.
    case halfPixel = "half-pixel"
    /// The first corners: `i * in / out`.
    case corner
    /// The centers of the outer cells: `i * (in - 1) / (out - 1)`.
    case aligned
  }

  /// Which cell is the nearest.
  package enum Rounding: String, Hashable, Sendable {
    case floor, ceil
    /// To the nearest, halves down.
    case halfDown = "half-down"
    /// To the nearest, halves up.
    case halfUp = "half-up"
  }

  package let height: Int
  package let width: Int
  package let method: Method
  package let alignment: Alignment
  package let rounding: Rounding

  package init(
    height: Int, width: Int, _ method: Method, _ alignment: Alignment = .halfPixel,
    _ rounding: Rounding = .halfDown
  ) {
    self.height = height
    self.width = width
    self.method = method
    self.alignment = alignment
    self.rounding = rounding
  }

  package init(words: inout LineWords) throws(NetworkError) {
    let size = try words.takeExtent("a size", in: 1...4096)
    let word = try words.take("nearest or bilinear")
    guard let method = Method(rawValue: word) else {
      throw words.failure("expected nearest or bilinear, found \"\(word)\"")
    }
    var alignment = Alignment.halfPixel
    var rounding = Rounding.halfDown
    while let word = words.peek {
      if let found = Alignment(rawValue: word) {
        alignment = found
      } else if let found = Rounding(rawValue: word) {
        rounding = found
      } else {
        break
      }
      _ = words.take()
    }
    self.init(height: size.height, width: size.width, method, alignment, rounding)
  }

  package var settings: String {
    let end = method == .nearest ? " \(rounding.rawValue)" : ""
    return "\(height)x\(width) \(method.rawValue) \(alignment.rawValue)\(end)"
  }

  package func outputShape(for input: ImageShape) throws(ShapeMismatch) -> ImageShape {
    ImageShape(height: height, width: width, channels: input.channels)
  }

  /// A cell along an axis, and the share of the next one, from 0 up to 1 which does not count.
  package struct Place: Hashable, Sendable {
    package let first: Int
    package let share: Double

    package init(first: Int, share: Double) {
      self.first = first
      self.share = share
    }
  }

  /// For each cell of the output along an axis where it lies on the input.
  package func places(from input: Int, to output: Int) -> [Place] {
    (0..<output).map { index in
      let ratio = Double(input) / Double(output)
      let position =
        switch alignment {
        case .halfPixel: (Double(index) + 0.5) * ratio - 0.5
        case .corner: Double(index * input) / Double(output)
        case .aligned: output > 1 ? Double(index * (input - 1)) / Double(output - 1) : 0
        }
      if method == .nearest {
        let cell =
          switch rounding {
          case .floor: position.rounded(.down)
          case .ceil: position.rounded(.up)
          case .halfDown: (position - 0.5).rounded(.up)
          case .halfUp: (position + 0.5).rounded(.down)
          }
        return Place(first: min(max(Int(cell), 0), input - 1), share: 0)
      }
      let kept = min(max(position, 0), Double(input - 1))
      let first = Int(kept.rounded(.down))
      return Place(first: first, share: first + 1 < input ? kept - Double(first) : 0)
    }
  }
}
