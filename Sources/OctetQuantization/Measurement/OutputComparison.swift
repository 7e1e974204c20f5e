import Octet
import OctetData
import OctetHost
import OctetNetwork
import OctetTraining

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
    case .input: .numbers(items.inputs(range, as: items.outputs[output]))
    }
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
