import Octet
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

  /// The integers that an ONNX file makes of each output's closing softmax or sigmoid. An .octet file has a head for
  /// these, which does not round.
  package func closingEncodings() -> [IntegerLayer.Encoding?] {
    outputs.map { output in
      let found = rules == .onnx ? output.closingTensor.flatMap { tensor($0).encoding } : nil
      return found.map { IntegerLayer.Encoding(scale: $0.scales[0], zeroPoint: $0.zeroPoints[0]) }
    }
  }

  /// The input's integers as QuantizeLinear makes them, ties to the even one; nil for a file by other rules.
  package func onnxIntegers(_ values: [Float]) -> [Int8]? {
    guard rules == .onnx, let found = tensor(inputTensor).encoding else { return nil }
    let encoding = IntegerLayer.Encoding(scale: found.scales[0], zeroPoint: found.zeroPoints[0])
    let factor = Float(inputFactor)
    return values.map { value in
      value.isNaN ? Int8(encoding.zeroPoint) : Int8(ONNXArithmetic.quantized(value * factor, encoding))
    }
  }

  /// The same outputs, those as numbers whose closing sigmoid an ONNX file makes integers of: then that is a table.
  package func closingSigmoidsAsNumbers(_ outputs: [ModelOutput]) -> [ModelOutput] {
    zip(self.outputs, outputs).map { own, output in
      guard rules == .onnx, own.head == .sigmoid, own.closingTensor != nil else { return output }
      var numbers = output
      (numbers.meaning, numbers.names) = (.numbers, [])
      return numbers
    }
  }
}
