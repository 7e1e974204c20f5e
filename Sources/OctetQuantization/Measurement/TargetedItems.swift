import Octet
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetText
import OctetTraining

/// What the values of an output should be.
package enum OutputTarget: Sendable {
  /// Nobody knows.
  case none
  case classes([UInt16])
  /// 0 or 1, `items x labels`.
  case labels([UInt8])
  /// Of each item in Octet's order, one item after the other.
  case numbers([Float])
  /// What went in: the output is as large as the input, and the data says nothing else.
  case input

  package var isKnown: Bool { if case .none = self { false } else { true } }
}

/// Items with what the outputs of a model should be for them.
package struct TargetedItems: Sendable {
  package let items: LabeledItems
  /// One for each output.
  package let targets: [OutputTarget]
  /// By whose names the data may have targets.
  package let outputs: [OutputDescription]
  private let input: GivenInput
  /// Nil where nothing says which items are anomalies, or the model does not give its input again.
  package let anomalies: Anomalies?

  /// - Parameters:
  ///   - input: of the model, for outputs that give it again.
  ///   - origin: of the items, for errors.
  ///   - anomaly: the class that stands for anomalies; nil for the usual one.
  package init(
    _ items: LabeledItems, outputs: [OutputDescription], input: GivenInput, origin: String,
    anomaly: String? = nil
  ) throws(FileError) {
    self.items = items
    self.outputs = outputs
    self.input = input
    let parts = items.targets.parts(names: outputs.map(\.name)) { outputs[$0].fits($1) }
    if case .several(let named) = items.targets { try Self.check(named, outputs, origin) }
    var targets: [OutputTarget] = []
    for (output, part) in zip(outputs, parts) {
      targets.append(try Self.target(output, part, input, origin))
    }
    self.targets = targets
    let gives = targets.contains { if case .input = $0 { true } else { false } }
    guard gives, items.hasClasses else {
      if let anomaly {
        throw FileError(
          "--anomaly \(anomaly)", "is for models that give their input again, and data with classes",
          advice: "leave it out")
      }
      anomalies = nil
      return
    }
    anomalies = try Anomalies(items, anomaly)
  }

  /// What went in, in the numbers of training, as an output that gives it again should be.
  package func inputs(_ range: Range<Int>, as output: OutputDescription) -> [Float] {
    let units = items.units(range)
    let values =
      items.values.areBytes ? input.pixels.values(units, channels: items.shape.channels) : units
    guard output.shape.isFlat, let layout = input.layout, layout.places != nil else { return values }
    let size = items.shape.count
    return stride(from: 0, to: values.count, by: size).flatMap { layout.item(Array(values[$0..<$0 + size])) }
  }

  /// What pixels of 0 and 255 stand for in the errors of an output that gives its input again.
  package var pixels: PixelRange { input.pixels }

  /// Targets that were given a name must be those of an output.
  private static func check(
    _ named: [NamedTargets], _ outputs: [OutputDescription], _ origin: String
  ) throws(FileError) {
    for part in named {
      guard let place = part.place(among: outputs.map(\.name)) else {
        let known = outputs.map { $0.name.shown }.joined(separator: ", ")
        throw FileError(
          "the data", "has targets of \(part.name.quoted) (\(origin)), which is no output of the model",
          advice: "name the arrays after its outputs or their numbers from 0: \(known)")
      }
      guard outputs[place].fits(part.targets) else {
        throw FileError(
          "the data",
          "has \(part.targets.description) as targets of \(part.name.quoted) (\(origin)), and this output "
            + "is \(outputs[place].words)", advice: "give what the output holds")
      }
    }
  }

  private static func target(
    _ output: OutputDescription, _ targets: ItemTargets, _ input: GivenInput, _ origin: String
  ) throws(FileError) -> OutputTarget {
    switch (output.meaning, targets) {
    case (.classes, .classes(let indices, _)) where output.fits(targets): return .classes(indices)
    case (.classes, .numbers(let numbers, _)) where output.fits(targets):
      return .classes(numbers.map { UInt16($0) })
    case (.labels, .labels(let flags, let names)) where names.count == output.shape.count:
      return .labels(flags)
    case (.numbers, .numbers(let numbers, let shape)) where targets.width == output.shape.count:
      return .numbers(try ordered(numbers, shape, as: output, origin))
    case (.numbers, .numbers):
      throw FileError(
        "the data", "has \(targets.description) as targets (\(origin)), and the output is \(output.words)",
        advice: "give what the output holds, or data without targets")
    case (.numbers, _) where input.isGiven(at: output): return .input
    default: return .none
    }
  }

  /// The numbers of an array in the order of Octet's values.
  private static func ordered(
    _ numbers: [Float], _ shape: [Int], as output: OutputDescription, _ origin: String
  ) throws(FileError) -> [Float] {
    func sides(_ shape: [Int]) -> [Int] { shape.filter { $0 != 1 } }
    let found = sides(shape)
    if found.count <= 1 || found == sides(output.layout.shape) {
      guard let places = output.layout.places else { return numbers }
      guard case .floats(let floats) = ItemValues.floats(numbers).reordered(by: places) else {
        return numbers
      }
      return floats
    }
    if found == sides([output.shape.height, output.shape.width, output.shape.channels]) { return numbers }
    throw FileError(
      "the data",
      "has numbers of the shape \(shape) for each item (\(origin)), and the output is "
        + "\(output.layout.shape)", advice: "give them the output's shape, the items first")
  }
}

extension OutputDescription {
  /// Whether targets can be those of this output.
  func fits(_ targets: ItemTargets) -> Bool {
    switch (meaning, targets) {
    // Arrays only number their classes, and the last ones need not occur.
    case (.classes, .classes(_, let names)):
      names.count == classCount || (names.count < classCount && names == (0..<names.count).map(String.init))
    case (.classes, .numbers(let numbers, let shape)):
      classCount == 2 && shape.isEmpty && numbers.allSatisfy { $0 == 0 || $0 == 1 }
    case (.labels, .labels(_, let names)): names.count == shape.count
    case (.numbers, .numbers): targets.width == shape.count
    default: false
    }
  }
}
