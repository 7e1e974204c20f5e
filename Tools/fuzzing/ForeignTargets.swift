import Octet
import OctetInterchange
import OctetQuantization

// Models of other tools: what is accepted is written in other forms.

func readONNX(_ file: [UInt8]) {
  writeOn(try? FloatModel(onnx: file, path: "fuzz.onnx"))
  convert(try? LiteNetwork(onnx: file, path: "fuzz.onnx"))
}

func readKeras(_ file: [UInt8]) { writeOn(try? FloatModel(keras: file, path: "fuzz.keras")) }

func readLite(_ file: [UInt8]) {
  guard let network = try? LiteNetwork(file, path: "fuzz.tflite") else { return }
  writeOn(try? network.floatModel())
  convert(network)
}

/// The integers of a network become a model that loads.
private func convert(_ network: LiteNetwork?) {
  guard let network, let outputs = try? network.decidedOutputs(),
    var model = try? LiteIntegerConversion.model(network, outputs: outputs, picture: nil, pixels: nil)
  else { return }
  // Memory is planned for small networks only: thousands of plans are tried, and fuzzers run without optimization.
  if model.layers.count > 12 { model.waiting = [] }
  _ = try? Model(copying: OctetFile(model).bytes)
}

/// A model that was accepted can be changed, saved, loaded and exported.
func writeOn(_ model: FloatModel?) {
  guard let model else { return }
  do {
    // Weights at the end of what floats hold cannot be made larger.
    let taken = (try? model.taking(pixels: .torch)) ?? model
    _ = try ONNXExport.file(taken, octetVersion: "fuzz")
    // Octet's own files hold networks that end with one row of numbers.
    guard try taken.network.shapes().last?.isFlat == true else { return }
    _ = try FloatModelFile.decode(FloatModelFile.encode(taken, path: "fuzz"), path: "fuzz")
  } catch {
    fatalError("an accepted model cannot be written on: \(error)")
  }
}
