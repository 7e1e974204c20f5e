import Octet
import OctetData
import OctetHost
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
  /// What pixels of 0 and 255 were when the model was trained, for a model that gives its input again.
  package let pixels: PixelRange
  /// Of items with classes, whether each is of the one that stands for anomalies; nil where none does.
  package let isAnomaly: [Bool]?
  /// The name of that class.
  package let anomalyName: String?

  /// - Parameters:
  ///   - origin: of the items, for errors.
  ///   - anomaly: the class that stands for anomalies; nil for the usual one.
  package init(
    _ items: LabeledItems, outputs: [OutputDescription], pixels: PixelRange = .unit, origin: String,
    anomaly: String? = nil
  ) throws(FileError) {
    self.items = items
    self.pixels = pixels
    let parts = items.targets.parts(names: outputs.map(\.name)) { outputs[$0].fits($1) }
    if case .several(let named) = items.targets { try Self.check(named, outputs, origin) }
    var targets: [OutputTarget] = []
    for (output, part) in zip(outputs, parts) {
      targets.append(try Self.target(output, part, inputCount: items.shape.count, origin))
    }
    self.targets = targets
    let gives = targets.contains { if case .input = $0 { true } else { false } }
    guard gives, items.hasClasses else {
      if let anomaly {
        throw FileError(
          "--anomaly \(anomaly)", "is for models that give their input again, and data with classes",
          advice: "leave it out")
      }
      (isAnomaly, anomalyName) = (nil, nil)
      return
    }
    guard let name = try Self.anomaly(items.classNames, anomaly) else {
      (isAnomaly, anomalyName) = (nil, nil)
      return
    }
    anomalyName = name
    isAnomaly = items.labels.map { items.classNames[Int($0)] == name }
  }

  /// The class that stands for anomalies: the named one; of two, the one that is not called normal, good or ok; else
  /// the second.
  private static func anomaly(_ names: [String], _ given: String?) throws(FileError) -> String? {
    if let given {
      guard names.contains(given) else {
        throw FileError(
          "--anomaly \(given)", "is not a class of the data",
          advice: "name one of \(names.prefix(12).joined(separator: ", "))")
      }
      return given
    }
    guard names.count == 2 else { return nil }
    let isNormal = names.map { ["normal", "good", "ok"].contains($0.lowercased()) }
    return isNormal[1] && !isNormal[0] ? names[0] : names[1]
  }

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
    _ output: OutputDescription, _ targets: ItemTargets, inputCount: Int, _ origin: String
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
    case (.numbers, _) where output.shape.count == inputCount && inputCount > 1: return .input
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

/// What one model gave at one output.
package struct OutputAnswers: Sendable {
  package fileprivate(set) var classes: ClassAnswers?
  package fileprivate(set) var labels: LabelAnswers?
  /// Of numbers whose targets are known.
  package fileprivate(set) var errors: NumberErrors?
}

/// What a float model, an integer model or both gave at one output.
package struct OutputResult: Sendable {
  package let output: OutputDescription
  package let target: OutputTarget
  package fileprivate(set) var float: OutputAnswers?
  package fileprivate(set) var integer: OutputAnswers?
  /// Of numbers that both gave.
  package fileprivate(set) var difference: NumberDifference?
}

/// Runs one model, or a float model beside the integer one that was made from it, over the same items.
package struct OutputComparison {
  package let items: TargetedItems
  package let float: FloatRunner?
  package let integer: IntegerRunner?

  /// Items between two reports of progress.
  private static let round = 512

  /// - Parameter float, integer: at least one of them; both have the same outputs.
  package init(_ items: TargetedItems, float: FloatRunner?, integer: IntegerRunner?) {
    precondition(float != nil || integer != nil, "a model")
    self.items = items
    self.float = float
    self.integer = integer
  }

  package struct Found {
    package var outputs: [OutputResult]
    /// What the integer model took, or the float model where there is no other.
    package var seconds: Double
  }

  /// - Parameter progress: called with the items done.
  package func run(progress: (Int) -> Void = { _ in }) throws -> Found {
    let outputs = float?.outputs ?? integer?.outputs ?? []
    var floatSide = float.map { _ in outputs.map { SideCollector($0) } }
    var integerSide = integer.map { _ in outputs.map { SideCollector($0) } }
    var differences = outputs.map { _ in NumberDifference() }
    var seconds = 0.0
    let count = items.items.count
    for start in stride(from: 0, to: count, by: Self.round) {
      let range = start..<min(start + Self.round, count)
      func timed(_ runner: some ItemRunner) throws -> [OutputBatch] {
        let from = ContinuousClock.now
        defer { seconds += (ContinuousClock.now - from) / .seconds(1) }
        return try runner.run(range)
      }
      let integerBatches = try integer.map { try timed($0) }
      let floatBatches = try float.map { integer == nil ? try timed($0) : try $0.run(range) }
      for index in outputs.indices {
        let targets = targets(index, range)
        if let batch = floatBatches?[index] { floatSide?[index].add(batch, targets) }
        if let batch = integerBatches?[index] { integerSide?[index].add(batch, targets) }
        if outputs[index].meaning == .numbers, let float = floatBatches?[index],
          let integer = integerBatches?[index]
        {
          differences[index].add(
            float: float.values, integer: integer.values, width: outputs[index].shape.count)
        }
      }
      progress(range.upperBound)
    }
    let hasBoth = float != nil && integer != nil
    return Found(
      outputs: outputs.indices.map { index in
        OutputResult(
          output: outputs[index], target: items.targets[index], float: floatSide?[index].answers,
          integer: integerSide?[index].answers,
          difference: hasBoth && outputs[index].meaning == .numbers ? differences[index] : nil)
      }, seconds: seconds)
  }

  private func targets(_ output: Int, _ range: Range<Int>) -> SideCollector.Targets {
    switch items.targets[output] {
    case .none, .labels: .none
    case .classes(let classes): .classes(classes[range])
    case .numbers(let numbers):
      .numbers(
        Array(
          numbers[
            range.lowerBound * numbers.count / items.items.count..<range.upperBound * numbers.count
              / items.items.count]))
    case .input: .numbers(items.inputs(range))
    }
  }
}

extension TargetedItems {
  /// What went in, in the numbers of training.
  private func reals(_ units: [Float]) -> [Float] {
    items.values.areBytes ? pixels.values(units, channels: items.shape.channels) : units
  }

  /// What a model that gives its input again should give. Integers have a scale here.
  package func inputs(_ range: Range<Int>) -> [Float] {
    reals(items.units(range))
  }
}

/// The answers of one model at one output while they come in.
private struct SideCollector {
  enum Targets {
    case none
    case classes(ArraySlice<UInt16>)
    case numbers([Float])
  }

  private let output: OutputDescription
  private var classes: [Int] = []
  private var probabilities: [Float] = []
  private var topFive: [Bool] = []
  private var labels: LabelAnswers
  private var errors: NumberErrors?

  init(_ output: OutputDescription) {
    self.output = output
    labels = LabelAnswers(count: output.shape.count)
  }

  mutating func add(_ batch: OutputBatch, _ targets: Targets) {
    switch output.meaning {
    case .classes:
      classes += batch.classes
      probabilities += batch.values
      guard case .classes(let truth) = targets, !batch.scores.isEmpty else { return }
      for (item, label) in truth.enumerated() {
        let scores = batch.scores[item * output.classCount..<(item + 1) * output.classCount]
        topFive.append(Self.isAmongFirst(5, Int(label), scores))
      }
    case .labels: labels.add(batch)
    case .numbers:
      guard case .numbers(let numbers) = targets else { return }
      if errors == nil { errors = NumberErrors(width: output.shape.count) }
      errors?.add(batch.values, targets: numbers)
    }
  }

  /// Whether fewer than `count` come before the class: those with a larger score, or an equal one and a lower number.
  private static func isAmongFirst(_ count: Int, _ label: Int, _ scores: ArraySlice<Float>) -> Bool {
    let own = scores[scores.startIndex + label]
    var before = 0
    for (index, score) in scores.enumerated() where score > own || (score == own && index < label) {
      before += 1
    }
    return before < count
  }

  var answers: OutputAnswers {
    var answers = OutputAnswers()
    switch output.meaning {
    case .classes:
      answers.classes = ClassAnswers(
        classes: classes, probabilities: probabilities, classCount: output.classCount, topFive: topFive)
    case .labels: answers.labels = labels
    case .numbers: answers.errors = errors
    }
    return answers
  }
}
