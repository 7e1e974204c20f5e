import OctetData
import OctetInterchange
import OctetNetwork
import OctetText

/// What `octet predict` is given: items of one shape, as an array or as pictures.
struct PredictionItems {
  /// What the numbers of an item are.
  enum Meaning: Equatable {
    /// Inputs as they are.
    case reals
    /// Bytes from 0 to 255.
    case pixels
    /// Inputs of an int8 model as it computes with them.
    case integers
  }

  private enum Source {
    /// In the axis order of the model.
    case array(NPYArray)
    /// Rows, columns, channels.
    case images(LabeledItems)
  }

  let path: String
  let meaning: Meaning
  let count: Int
  private let source: Source

  /// Reads an array, or what `--data` takes: the test images where there are some, else all.
  ///
  /// - Parameter request: how pictures become the model's input.
  init(path: String, _ request: PictureRequest) throws {
    self.path = path
    guard path.lowercased().hasSuffix(".npy") else {
      let data = try DataOption.locate(path: path, request).located.data
      let images = data.test ?? data.train
      (source, meaning, count) = (.images(images), .pixels, images.count)
      return
    }
    let array = try NPYArray.read(path: path)
    guard let count = array.shape.first, array.count > 0 else {
      throw FileContentError(
        path: path,
        reason: "its shape is \(array.shape): the items should be counted by the first number, from 1")
    }
    switch array.element {
    case .float16, .float32, .float64: meaning = .reals
    case .uint8: meaning = .pixels
    case .int8: meaning = .integers
    case .int16, .int32, .int64, .bool:
      throw FileContentError(
        path: path,
        reason:
          "its numbers are \(array.element.name), which may be inputs or pixels: save float32 for inputs, "
          + "uint8 for pixels, int8 for the integers of an int8 model")
    }
    self.count = count
    source = .array(array)
  }

  /// Throws unless each item has the shape that a model takes.
  ///
  /// - Parameter shape: of the model's input in Octet's order.
  func requireShape(_ layout: ArrayLayout, _ shape: ImageShape, model: String) throws {
    switch source {
    case .array(let array):
      let item = Array(array.shape.dropFirst())
      guard item == layout.shape else {
        throw FileContentError(
          path: path,
          reason:
            "its items have the shape \(item), \(model) takes \(layout.shape): the array should have the shape "
            + "\([count] + layout.shape)")
      }
    case .images(let images):
      // A gray picture is one row of numbers in one way only.
      guard
        images.shape == shape
          || (shape.isFlat && images.shape.channels == 1 && images.shape.count == shape.count)
      else {
        throw FileContentError(path: path, reason: "its images are \(images.shape), \(model) takes \(shape)")
      }
    }
  }

  /// The inputs of items, in Octet's order.
  ///
  /// - Parameter pixels: what pixels of 0 and 255 stand for.
  func reals(
    _ range: Range<Int>, _ layout: ArrayLayout, pixels: ClosedRange<Float>
  ) throws(ItemError) -> [Float] {
    guard meaning == .reals else {
      let (low, span) = (pixels.lowerBound, pixels.upperBound - pixels.lowerBound)
      return bytes(range, layout).map { low + span * (Float($0) / 255) }
    }
    guard case .array(let array) = source else { return [] }
    var values: [Float] = []
    values.reserveCapacity(range.count * layout.count)
    for item in range {
      let numbers = array.floats(item * layout.count..<(item + 1) * layout.count)
      if let place = numbers.firstIndex(where: { !$0.isFinite }) {
        throw ItemError(
          path: path, item: item, reason: "number \(place) is \(numbers[place]), not a finite 32-bit float")
      }
      values += layout.value(numbers[...])
    }
    return values
  }

  /// The pixels of items in Octet's order, or their integers, each as it is stored.
  func bytes(_ range: Range<Int>, _ layout: ArrayLayout) -> [UInt8] {
    switch source {
    case .images(let images):
      return Array(
        images.pixels[range.lowerBound * images.shape.count..<range.upperBound * images.shape.count])
    case .array(let array):
      return range.flatMap { layout.value(array.bytes[$0 * layout.count..<($0 + 1) * layout.count]) }
    }
  }
}

/// What is wrong with one item, counted from 0.
struct ItemError: Error, CustomStringConvertible {
  let path: String
  let item: Int
  let reason: String

  var description: String { "\(path.shown(atMost: 1000)), item \(item): \(reason)" }
}
