import OctetData
import OctetNetwork

/// What the outputs of a network should be for each item of some data.
package struct TrainingTargets: Sendable {
  /// What is learned.
  package enum Goal: String, CaseIterable, Sendable {
    /// What the data says of each item.
    case data
    /// The item itself, as the network sees it: an autoencoder.
    case input
  }

  private enum Source {
    case classes([UInt16])
    /// So many numbers for each item.
    case rows([Float])
    case input
  }

  private let source: Source
  package let meaning: OutputHead.Meaning

  package init(_ items: LabeledItems, goal: Goal) throws(TrainingError) {
    if goal == .input {
      source = .input
      meaning = .numbers(items.shape.count)
      return
    }
    switch items.targets {
    case .classes(let labels, let names):
      source = .classes(labels)
      meaning = .classes(names.count)
    case .labels(let flags, let names):
      source = .rows(flags.map(Float.init))
      meaning = .labels(names.count)
    case .numbers(let numbers, _):
      source = .rows(numbers)
      meaning = .numbers(items.targets.width)
    case .none, .several: throw .noTargets(items.targets.description)
    }
  }

  /// The class of each item, where items have one and it is learned.
  package var labels: [UInt16]? { if case .classes(let labels) = source { labels } else { nil } }

  /// The class of an item, where that is learned.
  package func label(of item: Int) -> Int? {
    if case .classes(let labels) = source { Int(labels[item]) } else { nil }
  }

  /// Writes what the outputs should be for an item.
  ///
  /// - Parameter input: the item as the network sees it.
  package func write(
    _ item: Int, input: UnsafePointer<Float>, head: OutputHead, into target: UnsafeMutablePointer<Float>
  ) {
    let count = head.outputs
    switch source {
    case .classes(let labels): head.writeTarget(ofClass: Int(labels[item]), into: target)
    case .rows(let rows):
      for index in 0..<count { target[index] = rows[item * count + index] }
      if case .labels = meaning { head.smooth(target) }
    case .input: target.update(from: input, count: count)
    }
  }
}
