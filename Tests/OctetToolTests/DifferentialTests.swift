import TestSupport
import Testing

/// Random networks through `octet predict` and through the program that such files are made for.
@Suite(.serialized) struct DifferentialTests {
  /// Runs a script of Tools/checks with the program of this build.
  private func run(_ python: Python, _ script: String, _ arguments: [String]) throws {
    let result = try python.run(
      file: "Tools/checks/\(script)", arguments,
      environment: ["OCTET_PROGRAM": try BuiltProducts.path(of: "octet")])
    #expect(result.status == 0, "\(result.output)")
  }

  @Test func `random ONNX graphs`() throws {
    guard let python = Python("onnx", "onnxruntime") else { return }
    try run(python, "random_models.py", ["--format", "onnx", "--count", "150", "--seed", "15"])
  }

  @Test func `tests of single ONNX nodes`() throws {
    guard let python = Python("onnx", "onnxruntime") else { return }
    try run(python, "onnx_node_tests.py", [])
  }

  @Test func `random Keras networks`() throws {
    guard let python = Python("keras", "tensorflow", "tf2onnx", "ai_edge_litert") else { return }
    let formats = ["keras", "h5", "keras-onnx", "keras-tflite", "tflite-int8", "tflite-uint8"]
    try run(
      python, "random_models.py", formats.flatMap { ["--format", $0] } + ["--count", "25", "--seed", "15"])
  }
}
