import OctetData
import OctetInterchange
import OctetNetwork
import OctetTraining

extension LiteNetwork {
  /// The outputs with what each means, decided as for a float model.
  ///
  /// - Parameters:
  ///   - given: names that the user chose, for the first output that can have them.
  ///   - targets: of the data that it is used with.
  ///   - inputCount: the numbers that the network takes; 0 where as many sigmoids are no reconstruction of it.
  /// - Throws: why the names fit no output.
  package func decidedOutputs(
    given: [String]? = nil, targets: ItemTargets = .none, inputCount: Int? = nil
  ) throws(NetworkError) -> [ModelOutput] {
    try modelOutputs.deciding(
      outputRules, given: given, targets: targets, inputCount: inputCount ?? input.count)
  }
}
