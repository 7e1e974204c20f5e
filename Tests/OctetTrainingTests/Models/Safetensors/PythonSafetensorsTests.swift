import Foundation
import OctetHost
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

/// Files go both ways between Octet and the package safetensors that everyone else uses.
@Suite struct PythonSafetensorsTests {
  /// Prints metadata, then each tensor's type, shape and bits, read with both ways of the package.
  private static let dump = """
    import json, sys
    from safetensors import safe_open
    from safetensors.numpy import load_file
    loaded = load_file(sys.argv[1])
    tensors = {}
    with safe_open(sys.argv[1], framework="numpy") as file:
        assert sorted(file.keys()) == sorted(loaded)
        for name in file.keys():
            value = file.get_tensor(name)
            assert value.tobytes() == loaded[name].tobytes()
            bits = value.astype("<f4").view("<u4").reshape(-1).tolist()
            tensors[name] = {"dtype": str(value.dtype), "shape": list(value.shape), "bits": bits}
        print(json.dumps({"metadata": file.metadata(), "tensors": tensors}))
    """

  private struct Dump: Decodable {
    struct Tensor: Decodable, Equatable {
      let dtype: String
      let shape: [Int]
      let bits: [UInt32]
    }
    let metadata: [String: String]
    let tensors: [String: Tensor]
  }

  private func dump(_ path: String, _ python: Python) throws -> Dump {
    let (status, output) = try python.run(Self.dump, path)
    try #require(status == 0, "\(output)")
    return try JSONDecoder().decode(Dump.self, from: Data(output.utf8))
  }

  @Test func `Python reads a model`() throws {
    guard let python = Python("safetensors", "numpy") else { return }
    let folder = try TemporaryFolder()
    let path = folder.path("m.safetensors")
    let model = try SampleModels.model()
    try FloatModelFile.save(model, path: path)
    let found = try dump(path, python)
    #expect(found.tensors.count == model.parameters.count)
    for parameter in model.parameters {
      #expect(
        found.tensors[parameter.name]
          == .init(dtype: "float32", shape: parameter.shape, bits: parameter.values.map(\.bitPattern)))
    }
    #expect(found.metadata["format"] == "octet-float-1")
    #expect(found.metadata["network"] == model.network.text)
    #expect(found.metadata["metrics"] == model.metrics)
    #expect(found.metadata["recipe"] == "sample")
    #expect(found.metadata["octet_version"] == "1.2.3")
    let script = """
      import json, sys
      from safetensors import safe_open
      with safe_open(sys.argv[1], framework="numpy") as file:
          texts = file.metadata()
      assert json.loads(texts["classes"]) == ["0", 'zwei "2"', "é"]
      assert json.loads(texts["history"])[1] == {"epoch": 2, "learningRate": 0.001, "loss": 0.25, "accuracy": 0.1}
      assert json.loads(texts["settings"])["momentum"] == "0.9"
      """
    let (status, output) = try python.run(script, path)
    #expect(status == 0, "\(output)")
  }

  @Test func `Python reads every bit`() throws {
    guard let python = Python("safetensors", "numpy") else { return }
    let folder = try TemporaryFolder()
    let path = folder.path("bits.safetensors")
    let bits: [UInt32] = [0, 0x8000_0000, 1, 0x7F80_0000, 0xFF80_0000, 0x7FC0_1234, 0x7F7F_FFFF, 0x3F80_0001]
    let writer = try SafetensorsWriter(
      metadata: [("text", "é \"quoted\" \\ \n\u{1}\u{1F600}"), ("", "")],
      tensors: [
        NamedValues(name: "bits é\"\\", shape: [2, 4], values: bits.map { Float(bitPattern: $0) }),
        NamedValues(name: "none", shape: [0, 3], values: []),
        NamedValues(name: "scalar", shape: [], values: [2.5]),
      ])
    try AtomicFile.write(path: path, bytes: writer.bytes)
    let found = try dump(path, python)
    #expect(found.metadata == ["text": "é \"quoted\" \\ \n\u{1}\u{1F600}", "": ""])
    #expect(found.tensors["bits é\"\\"] == .init(dtype: "float32", shape: [2, 4], bits: bits))
    #expect(found.tensors["none"] == .init(dtype: "float32", shape: [0, 3], bits: []))
    #expect(found.tensors["scalar"] == .init(dtype: "float32", shape: [], bits: [0x4020_0000]))
  }

  @Test func `Octet reads what Python wrote`() throws {
    guard let python = Python("safetensors", "numpy") else { return }
    let folder = try TemporaryFolder()
    let path = folder.path("python.safetensors")
    let script = """
      import sys, numpy
      from safetensors.numpy import save_file
      save_file({
          "single": numpy.arange(6, dtype=numpy.float32).reshape(2, 3) / 7,
          "half": numpy.array([1.5, -0.0, 65504, 6e-8], dtype=numpy.float16),
          "double": numpy.array([[0.1], [1e300]], dtype=numpy.float64),
          "scalar": numpy.array(3, dtype=numpy.float32),
          "none": numpy.zeros((2, 0), dtype=numpy.float32),
          "bytes": numpy.array([1, 2, 3], dtype=numpy.uint8),
      }, sys.argv[1], metadata={"made by": "Python ü", "x": ""})
      """
    let (status, output) = try python.run(script, path)
    try #require(status == 0, "\(output)")
    let file = try SafetensorsFile(ByteFile.stored(at: path, limit: 1 << 20))
    #expect(file.metadata == ["made by": "Python ü", "x": ""])
    var entries: [String: SafetensorsFile.Entry] = [:]
    for entry in file.entries { entries[entry.name] = entry }
    #expect(entries.count == 6)
    func check(_ name: String, _ shape: [Int], _ expected: [Float]) throws {
      let entry = try #require(entries[name])
      #expect(entry.shape == shape)
      #expect(try file.values(of: entry).map(\.bitPattern) == expected.map(\.bitPattern))
    }
    try check("single", [2, 3], (0..<6).map { Float($0) / 7 })
    try check("half", [4], [1.5, -0.0, 65504, 0x1p-24])
    try check("double", [2, 1], [0.1, .infinity])
    try check("scalar", [], [3])
    try check("none", [2, 0], [])
    #expect(entries["bytes"]?.element == .uint8)
  }

  @Test func `a model made in Python is a model`() throws {
    guard let python = Python("safetensors", "numpy") else { return }
    let folder = try TemporaryFolder()
    let path = folder.path("made.safetensors")
    let script = """
      import json, sys, numpy
      from safetensors.numpy import save_file
      save_file({"dense-1.weight": numpy.ones((2, 4), dtype=numpy.float32).T.copy(),
                 "dense-1.bias": numpy.zeros(2, dtype=numpy.float64)}, sys.argv[1],
                metadata={"format": "octet-float-1", "network": "input 4\\ndense 2 softmax",
                          "classes": json.dumps(["ä", "b"])})
      """
    let (status, output) = try python.run(script, path)
    try #require(status == 0, "\(output)")
    let model = try FloatModelFile.load(path: path)
    #expect(model.classNames == ["ä", "b"])
    #expect(model.parameters.map(\.values.count).sorted() == [2, 8])
  }

  /// Where Python's reader refuses a file, Octet's does too.
  @Test func `Octet is no less strict`() throws {
    guard let python = Python("safetensors", "numpy") else { return }
    let folder = try TemporaryFolder()
    let one = #"{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#
    let headers = [
      "{}", "{\"a\":\(one)}", "{\"a\":\(one)}  ", " {\"a\":\(one)}", "{\"a\":\(one),}",
      "{\"a\":\(one),\"a\":\(one)}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,5]}}", "{\"a\":\(one)}x",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
      "{\"__metadata__\":{\"a\":1},\"a\":\(one)}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"f32\",\"shape\":[1]}}",
      "{\"__metadata__\":null,\"a\":\(one)}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}",
      "{\"__metadata__\":{\"a\":\"1\"},\"a\":\(one)}",
    ]
    let paths = try headers.enumerated().map { index, header in
      let path = folder.path("\(index)")
      try AtomicFile.write(path: path, bytes: RawSafetensors.bytes(header, data: [0, 0, 0, 0]))
      return path
    }
    let script = """
      import sys
      from safetensors.numpy import load_file
      for path in sys.argv[1].split(":"):
          try:
              load_file(path)
              print("1", end="")
          except Exception:
              print("0", end="")
      """
    let (status, output) = try python.run(script, paths.joined(separator: ":"))
    try #require(status == 0, "\(output)")
    try #require(output.count == headers.count)
    var refusedHereOnly = 0
    for (header, verdict) in zip(headers, output) {
      let isRead = (try? SafetensorsFile(RawSafetensors.bytes(header, data: [0, 0, 0, 0]))) != nil
      if verdict == "0" { #expect(!isRead, "\(header)") }
      if !isRead, verdict == "1" { refusedHereOnly += 1 }
    }
    // A blank before the header, and a name that stands twice.
    #expect(refusedHereOnly == 2)
    #expect(output.filter { $0 == "1" }.count > 4)
  }
}
