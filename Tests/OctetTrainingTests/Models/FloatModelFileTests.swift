import Foundation
import Octet
import OctetData
import OctetHost
import OctetNetwork
import OctetTraining
import TestSupport
import Testing

@Suite struct FloatModelFileTests {
  @Test func `everything comes back`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("m.safetensors")
    let model = try SampleModels.model()
    try FloatModelFile.save(model, path: path)
    let loaded = try FloatModelFile.load(path: path)
    #expect(loaded == model)
    #expect(loaded.settings.first { $0.name == "momentum" }?.value == "0.9")
    #expect(try fileContents(path) == FloatModelFile.encode(model, path: ""))
    #expect(try FloatModelFile.encode(loaded, path: "") == FloatModelFile.encode(model, path: ""))
    #expect(try folder.names() == ["m.safetensors"])
  }

  /// Two runs with the same seed write the same bytes, however long each took.
  @Test func `times are not in the file`() throws {
    var model = try SampleModels.model()
    let bytes = try FloatModelFile.encode(model, path: "")
    model.history = [try SampleModels.record(1), try SampleModels.record(2)]
    #expect(model.history[0].seconds == 1e-9)
    #expect(try FloatModelFile.encode(model, path: "") == bytes)
  }

  /// Files of earlier versions have times; wrong ones are refused as before.
  @Test func `times of older files are checked`() throws {
    func history(_ seconds: String, _ rate: String) -> (name: String, value: String) {
      (
        "history",
        #"[{"epoch":1,"learningRate":1,"loss":1,"accuracy":1,"seconds":\#(seconds),"imagesPerSecond":\#(rate)}]"#
      )
    }
    for seconds in ["1e19", "1e300", "1.1e9", "-1", #""nan""#, #""inf""#] {
      try expectRefused("its history gives epoch 1") { texts, _ in
        texts.removeAll { $0.name == "history" }
        texts.append(history(seconds, "1"))
      }
    }
    for rate in ["-1", #""nan""#, #""inf""#] {
      try expectRefused("images a second") { texts, _ in
        texts.removeAll { $0.name == "history" }
        texts.append(history("1", rate))
      }
    }
  }

  @Test func `the loaded network computes the same`() throws {
    let network = try SampleModels.network(seed: 77)
    let model = FloatModel(
      network: network.description, classNames: ["a", "b", "c"],
      parameters: network.parameters.map { NamedValues(name: $0.name, shape: $0.shape, values: $0.array) })
    let made = try FloatModelFile.decode(FloatModelFile.encode(model, path: ""), path: "")
      .makeNetwork(capacity: 2, workers: Workers(count: 1))
    let images = SampleModels.images(count: 2)
    for net in [network, made] {
      for (index, pixel) in images.pixels.enumerated() { net.input.base[index] = Float(pixel) / 255 }
      net.forward(count: 2)
    }
    for index in 0..<6 {
      #expect(network.output.base[index].bitPattern == made.output.base[index].bitPattern)
      #expect(network.output.base[index] != 0)
    }
  }

  @Test func `the form of pictures comes back`() throws {
    var model = try SampleModels.model()
    for fit in ["auto", "exact", "digit"].compactMap(PictureForm.Fit.init(name:)) {
      for inversion in ["auto", "no", "yes"].compactMap(PictureForm.Inversion.init(name:)) {
        model.pictureForm = PictureForm(fit: fit, inversion: inversion)
        #expect(try FloatModelFile.decode(FloatModelFile.encode(model, path: ""), path: "") == model)
      }
    }
    try expectRefused("its \"fit\" is \"wide\", not one of") { texts, _ in
      texts += [("fit", "wide"), ("invert", "no")]
    }
    try expectRefused("its \"invert\" is \"\", not one of") { texts, _ in texts += [("fit", "exact")] }
  }

  @Test func `a model from elsewhere needs three texts`() throws {
    var model = try SampleModels.model()
    model = FloatModel(network: model.network, classNames: ["a", "b", "c"], parameters: model.parameters)
    let bytes = try FloatModelFile.encode(model, path: "")
    #expect(try SafetensorsFile(bytes).metadata.keys.sorted() == ["classes", "format", "network"])
    #expect(try FloatModelFile.decode(bytes, path: "") == model)
  }

  /// A file with the sample's tensors and texts, changed by `change`, refused with `words`.
  private func expectRefused(
    _ words: String, at location: SourceLocation = #_sourceLocation,
    _ change: (inout [(name: String, value: String)], inout [NamedValues]) -> Void
  ) throws {
    let file = try SafetensorsFile(FloatModelFile.encode(SampleModels.model(), path: ""))
    var metadata = file.metadata.sorted { $0.key < $1.key }.map { (name: $0.key, value: $0.value) }
    var tensors = try file.entries.map {
      NamedValues(name: $0.name, shape: $0.shape, values: try file.values(of: $0))
    }
    change(&metadata, &tensors)
    let bytes = try SafetensorsWriter(metadata: metadata, tensors: tensors).bytes
    let error = #expect(throws: ModelFileError.self, sourceLocation: location) {
      try FloatModelFile.decode(bytes, path: "m.safetensors")
    }
    let text = error?.description ?? ""
    #expect(
      text.hasPrefix("m.safetensors: ") && text.contains(words) && !text.contains("\n"), "\(text)",
      sourceLocation: location)
  }

  private func set(_ metadata: inout [(name: String, value: String)], _ name: String, _ value: String?) {
    metadata.removeAll { $0.name == name }
    if let value { metadata.append((name, value)) }
  }

  @Test func `texts that are missing or wrong`() throws {
    try expectRefused("is not a float model of Octet") { texts, _ in set(&texts, "format", nil) }
    try expectRefused("its format is \"octet-float-2\"") { texts, _ in set(&texts, "format", "octet-float-2")
    }
    try expectRefused("no \"network\"") { texts, _ in set(&texts, "network", nil) }
    try expectRefused("its network: line 2: ") { texts, _ in
      set(&texts, "network", "input 6x6x1\nconvolute 3\n")
    }
    try expectRefused("65537 bytes") { texts, _ in
      set(&texts, "network", "input 4" + String(repeating: "\n", count: 65_530))
    }
    try expectRefused("no \"classes\"") { texts, _ in set(&texts, "classes", nil) }
    try expectRefused("2 to 65,535 different names") { texts, _ in set(&texts, "classes", #"["a","a","b"]"#) }
    try expectRefused("2 to 65,535 different names") { texts, _ in set(&texts, "classes", #"["a","","b"]"#) }
    try expectRefused("2 to 65,535 different names") { texts, _ in set(&texts, "classes", #"["a"]"#) }
    try expectRefused("3 outputs, but there are 2 classes") { texts, _ in
      set(&texts, "classes", #"["a","b"]"#)
    }
    try expectRefused("\"classes\" cannot be read") { texts, _ in set(&texts, "classes", "[1,2,3]") }
    try expectRefused("\"classes\" cannot be read") { texts, _ in set(&texts, "classes", "{\"a\":1}") }
    try expectRefused("\"settings\" cannot be read") { texts, _ in set(&texts, "settings", #"{"seed":1}"#) }
    try expectRefused("\"settings\" cannot be read: the name \"a\"") { texts, _ in
      set(&texts, "settings", #"{"a":"1","a":"2"}"#)
    }
    try expectRefused("\"history\" cannot be read: [0] has no \"learningRate\"") { texts, _ in
      set(&texts, "history", #"[{"epoch":1}]"#)
    }
    try expectRefused("epoch 2 where epoch 1") { texts, _ in
      let history = texts.first { $0.name == "history" }?.value ?? ""
      set(&texts, "history", history.replacing("\"epoch\":1", with: "\"epoch\":2"))
    }
    for metrics in ["", "{", "01", "{\"a\":1}}", "\0", String(repeating: "[", count: 513), "[1e999]"] {
      try expectRefused("\"metrics\" cannot be read") { texts, _ in set(&texts, "metrics", metrics) }
    }
  }

  @Test func `tensors that are missing or wrong`() throws {
    try expectRefused(#"tensor "conv-1.weight" of shape [3, 3, 1, 2] is missing"#) { _, tensors in
      tensors.removeAll { $0.name == "conv-1.weight" }
    }
    try expectRefused(#"tensor "conv-1.weights" belongs to no layer"#) { _, tensors in
      tensors.append(NamedValues(name: "conv-1.weights", shape: [1], values: [1]))
    }
    try expectRefused(#"tensor "dense-1.bias" has shape [1, 3], the network needs [3]"#) { _, tensors in
      tensors.removeAll { $0.name == "dense-1.bias" }
      tensors.append(NamedValues(name: "dense-1.bias", shape: [1, 3], values: [1, 2, 3]))
    }
    for value in [Float.nan, .infinity, -.infinity] {
      try expectRefused(#"tensor "dense-1.bias" holds \#(value) at index 1"#) { _, tensors in
        for index in tensors.indices where tensors[index].name == "dense-1.bias" {
          tensors[index].values[1] = value
        }
      }
    }
  }

  @Test func `integers are not weights`() throws {
    let network = "input 2\ndense 2 softmax\n"
    let metadata = JSONValue.object([
      ("format", .string(FloatModelFile.format)), ("network", .string(network)), ("classes", #"["a","b"]"#),
    ])
    let header = """
      {"__metadata__":\(metadata.text),"dense-1.weight":{"dtype":"I32","shape":[2,2],"data_offsets":[0,16]},
      "dense-1.bias":{"dtype":"F16","shape":[2],"data_offsets":[16,20]}}
      """
    let zeros = [UInt8](repeating: 0, count: 20)
    let error = #expect(throws: ModelFileError.self) {
      try FloatModelFile.decode(RawSafetensors.bytes(header, data: zeros), path: "m")
    }
    #expect(error?.description.hasPrefix(#"m: tensor "dense-1.weight", dtype "I32": only F32, F16"#) == true)
    let readable = header.replacing("I32", with: "F32")
    #expect(throws: Never.self) {
      try FloatModelFile.decode(RawSafetensors.bytes(readable, data: zeros), path: "m")
    }
  }

  @Test func `saving refuses what loading would`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("m")
    var notFinite = try SampleModels.model()
    notFinite.parameters[0].values[1] = .nan
    var short = try SampleModels.model()
    short.parameters.removeLast()
    var long = try SampleModels.model()
    long.parameters.append(NamedValues(name: "x", shape: [], values: [1]))
    var classes = try SampleModels.model()
    classes.classNames = ["a"]
    var metrics = try SampleModels.model()
    metrics.metrics = "{"
    for model in [notFinite, short, long, classes, metrics] {
      #expect(throws: ModelFileError.self) { try FloatModelFile.save(model, path: path) }
    }
    #expect(throws: NetworkError.self) { try notFinite.makeNetwork(capacity: 1, workers: Workers(count: 1)) }
    #expect(try folder.names() == [])
  }

  @Test func `a missing file is distinguished from a broken one`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("m")
    let missing = #expect(throws: ModelFileError.self) { try FloatModelFile.load(path: path) }
    #expect(missing?.isMissing == true)
    #expect(missing?.description == "\(path): cannot be read (No such file or directory); check the path")
    try AtomicFile.write(path: path, bytes: [])
    let broken = #expect(throws: ModelFileError.self) { try FloatModelFile.load(path: path) }
    #expect(broken?.isMissing == false)
    let folderless = #expect(throws: ModelFileError.self) {
      try FloatModelFile.save(SampleModels.model(), path: folder.path("no/m"))
    }
    #expect(folderless?.isMissing == false)
  }
}
