import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetTraining

/// What models give for items, with a bar while they are at it.
struct ModelAnswers {
  let items: TargetedItems
  let workers: Workers
  let showsProgress: Bool

  /// - Parameters:
  ///   - float: with the name of its file, for what there is to complain about; it has the outputs of the integer
  ///     model.
  ///   - integer: whose outputs are called as the items' targets say, since its file has no names.
  func run(float: (path: String, model: FloatModel)?, integer: Model?) throws -> OutputComparison.Found {
    let floatRunner = try float.map { try FloatRunner($0.model, on: items.items, workers: workers) }
    let integerRunner = try integer.map {
      try IntegerRunner($0, on: items.items, workers: workers, names: items.outputs.map(\.name))
    }
    return try run(
      OutputComparison(items, float: floatRunner, integer: integerRunner), path: float?.path ?? "")
  }

  /// A float model whose network has been made.
  func run(_ network: Network, of model: FloatModel, path: String) throws -> OutputComparison.Found {
    let runner = try FloatRunner(network, of: model, on: items.items)
    return try run(OutputComparison(items, float: runner, integer: nil), path: path)
  }

  private func run(_ comparison: OutputComparison, path: String) throws -> OutputComparison.Found {
    let bar = showsProgress ? ProgressBar(label: "test", total: items.items.count) : nil
    defer { bar?.clear() }
    do {
      return try comparison.run { bar?.update(done: $0) }
    } catch let error as FloatRunner.NotFinite {
      throw FileContentError(
        path: path,
        reason:
          "it gives numbers that are not finite for test \(items.items.values.noun) \(error.item): its weights are too "
          + "large")
    }
  }
}
