import Foundation
import OctetImages
import TestSupport
import Testing

/// A file of the wrong kind is named for what it is, with the command that it needs: by its contents, whatever its name
/// says.
struct WrongKindTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let models = Python.repository.appending(path: "Models")
    let keras = Python.repository.appending(path: "Tests/OctetInterchangeTests/Keras/Models/rescaled.keras")
    let lite = Python.repository.appending(
      path: "Tests/OctetQuantizationTests/TensorFlowLite/Models/dense-float.tflite")
    for (source, names) in [
      (
        models.appending(path: "binary-dense.octet"),
        ["m.octet", "m.safetensors", "m.onnx", "m.tflite", "m.bin"]
      ),
      (models.appending(path: "binary-dense.safetensors"), ["f.safetensors", "f.octet", "f.keras", "f"]),
      (keras, ["k.keras", "k.octet"]), (lite, ["l.tflite", "l.octet"]),
    ] {
      let bytes = try Array(Data(contentsOf: source))
      for name in names { try folder.write(bytes, to: name) }
    }
    let exported = try run(["export", "f.safetensors", "--onnx", "o.onnx"])
    try #require(exported.status == 0, "\(exported.errors)")
    try folder.write(try #require(try folder.bytes(of: "o.onnx")), to: "o.h5")
    try folder.write(PNGWriter.encode(width: 1, height: 1, pixels: [7].span), to: "p.png")
    try folder.write([0x93] + Array("NUMPY".utf8) + [1, 0], to: "n.npy")
    try folder.write([0, 0, 8, 3, 0, 0, 0, 0], to: "train-images-idx3-ubyte")
  }

  /// With the names of files in the folder in full.
  private func run(_ words: [String]) throws -> OctetProcess.Result {
    try OctetProcess.run(
      words.map { $0.contains(".") || $0 == "f" || $0.hasSuffix("ubyte") ? folder.path($0) : $0 },
      environment: ["OCTET_MNIST": "", "XDG_CACHE_HOME": "", "HOME": folder.path])
  }

  private func expect(
    _ words: [String], _ parts: String..., at location: SourceLocation = #_sourceLocation
  ) throws {
    let result = try run(words)
    #expect(result.status == 1, "\(words) \(result.errors)", sourceLocation: location)
    result.expectOneLine(parts, sourceLocation: location)
  }

  @Test(arguments: ["m.octet", "m.safetensors", "m.onnx", "m.tflite", "m.bin"])
  func `an int8 model where a float one is wanted`(name: String) throws {
    try expect(
      ["quantize", name], "\(name): is an int8 model (.octet); it is quantized already: octet evaluate ",
      "octet inspect")
    try expect(["evaluate", "m.octet", "--against", name], "is an int8 model (.octet)")
    try expect(["report", "m.octet", "--against", name], "is an int8 model (.octet)")
    try expect(["evaluate", "m.octet", "--data", name], "is an int8 model (.octet); --data takes")
    try expect(
      ["train", "--recipe", "binary-dense", "--data", name], "is an int8 model (.octet); --data takes")
    try expect(["train", "--network", name], "is an int8 model (.octet); --network takes")
  }

  @Test(arguments: [
    ("f.safetensors", "a float model (.safetensors)", "quantize it first: octet quantize "),
    ("f.octet", "a float model (.safetensors)", "f.safetensors and quantize it"),
    ("f", "a float model (.safetensors)", "f.safetensors and quantize it"),
    ("k.keras", "a Keras model", "octet quantize "),
    ("k.octet", "a zip archive, as .keras models are", "k.keras"),
    ("l.tflite", "a TensorFlow Lite model (.tflite)", "octet quantize "),
    ("l.octet", "a TensorFlow Lite model (.tflite)", "l.tflite"),
    ("o.onnx", "an ONNX model (.onnx)", "octet quantize "),
    ("o.h5", "an ONNX model (.onnx)", "o.onnx"), ("p.png", "a PNG picture", "octet classify MODEL.octet"),
    ("n.npy", "a NumPy array (.npy)", "--data"),
    ("train-images-idx3-ubyte", "an IDX file of data, as MNIST's are", "--data"),
  ])
  func `another file where an int8 model is wanted`(name: String, words: String, advice: String) throws {
    for command in ["classify", "bench", "export"] {
      let more = command == "classify" ? ["p.png"] : command == "export" ? ["--c-source", "none.c"] : []
      try expect([command, name] + more, "\(name): is \(words); ", advice)
    }
    #expect(try folder.bytes(of: "none.c") == nil)
  }

  @Test func `what is no model, where any is wanted`() throws {
    for (name, words) in [
      ("p.png", "a PNG picture"), ("n.npy", "a NumPy array (.npy)"),
      ("train-images-idx3-ubyte", "an IDX file of data, as MNIST's are"),
    ] {
      try expect(
        ["inspect", name], "\(name): is \(words); octet inspect takes models: .octet, .safetensors, ")
    }
    try expect(["inspect", "f.octet"], "is a float model (.safetensors); ", "f.safetensors")
    try expect(["inspect", "o.h5"], "is an ONNX model (.onnx); ", "o.onnx")
    try expect(["inspect", "none.onnx"], "none.onnx")
  }

  @Test func `a float model under another format's name`() throws {
    try expect(
      ["quantize", "f.keras"], "is a float model (.safetensors); the format is detected from the extension",
      "f.safetensors")
    try expect(["evaluate", "f"], "is a float model (.safetensors)", "f.safetensors")
    try expect(["quantize", "o.h5"], "is an ONNX model (.onnx); ", "o.onnx")
    try expect(["quantize", "p.png"], "is a PNG picture; a float model is needed here")
    try expect(["evaluate", "n.npy"], "is a NumPy array (.npy); a float model is needed here")
  }

  @Test func `data of the wrong kind`() throws {
    try expect(["evaluate", "m.octet", "--data", "n.npy"], "n.npy, byte 8: unexpected end of file")
    try expect(["evaluate", "m.octet", "--data", "p.png"], "is a PNG picture")
    try expect(["evaluate", "m.octet", "--data", "train-images-idx3-ubyte"], "looks like one IDX file")
    try expect(["predict", "m.octet", "f.safetensors"], "is a float model (.safetensors); --data takes")
  }
}
