import OctetCommandLine
import OctetData
import OctetInterchange
import OctetNetwork
import OctetText
import OctetTraining

/// What `octet predict` is given: items of one shape, in Octet's order.
struct PredictionItems {
  let path: String
  private(set) var labeled: LabeledItems

  var values: ItemValues { labeled.values }
  var count: Int { labeled.count }

  /// Reads an array, or anything else that `--data` takes: the test items where there are some, else all.
  ///
  /// - Parameter request: what is known of the model, and so of the order of an array's axes.
  init(_ arguments: ParsedArguments, _ request: DataRequest) throws {
    path = arguments.positionals[1]
    let data = try DataOption.locate(arguments, path: path, request).data
    labeled = data.test ?? data.train
  }

  /// Reals as integers of the model's input, if a model has rules of its own for these.
  func madeIntegers(_ integers: ([Float]) -> [Int8]?) -> PredictionItems {
    var made = self
    if case .floats(let floats) = values, let found = integers(floats) {
      made.labeled = LabeledItems(
        shape: labeled.shape, values: .integers(found, nil), targets: labeled.targets)
    }
    return made
  }

  /// Throws unless each item has the shape that a model takes.
  func requireShape(_ shape: ImageShape, model: String) throws {
    // A gray picture is one row of numbers in one way only.
    guard
      labeled.shape == shape
        || (shape.isFlat && labeled.shape.channels == 1 && labeled.shape.count == shape.count)
    else {
      throw FileContentError(
        path: path, reason: "its \(values.noun)s are \(labeled.shape), \(model) takes \(shape)")
    }
  }

  /// The inputs of a float model.
  ///
  /// - Parameter pixels: what pixels of 0 and 255 stand for.
  func reals(_ range: Range<Int>, pixels: PixelRange) -> [Float] {
    let units = labeled.units(range)
    return values.areBytes ? pixels.values(units, channels: labeled.shape.channels) : units
  }
}

/// What is wrong with one item, counted from 0.
struct ItemError: Error, CustomStringConvertible {
  let path: String
  let item: Int
  let reason: String

  var description: String { "\(path.shown(atMost: 1000)), item \(item): \(reason)" }
}
