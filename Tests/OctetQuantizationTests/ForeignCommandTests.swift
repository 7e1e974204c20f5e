import Foundation
import Octet
import OctetData
import OctetInterchange
import OctetNetwork
import OctetText
import TestSupport
import Testing

/// Models from elsewhere through the built tool: `octet quantize`, `evaluate` and `export`.
struct ForeignCommandTests {
  private let folder: TemporaryFolder
  private let lite: String
  private let keras: String

  init() throws {
    folder = try TemporaryFolder()
    lite = LiteModel.folder.appending(path: "dense-int8.tflite").path
    keras =
      Python.repository.appending(path: "Tests/OctetInterchangeTests/Keras/Models/rescaled.keras").path
    try write(size: 6, classes: 5, to: "six.csv")
    try write(size: 7, classes: 3, to: "seven.csv")
  }

  private func write(size: Int, classes: Int, to name: String) throws {
    let shape = ImageShape(height: size, width: size, channels: 1)
    let images = FloatModels.images(60, shape: shape, classes: classes)
    let rows = (0..<images.count).map { image -> String in
      let pixels = images.pixels[image * shape.count..<(image + 1) * shape.count]
      return (["\(images.labels[image])"] + pixels.map { String($0) }).joined(separator: ",")
    }
    try folder.write(rows.joined(separator: "\n") + "\n", to: name)
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func `an integer model is taken over`() throws {
    let (out, data) = (folder.path("lite.octet"), folder.path("six.csv"))
    let made = try OctetProcess.run("quantize", lite, "--data", data, "--out", out, "--json")
    #expect(made.status == 0 && made.errorsBesideWarnings.isEmpty, "\(made.errors)")
    let report = try object(made.output)
    let bytes = try #require(try folder.bytes(of: "lite.octet"))
    #expect(report["file_bytes"] as? Int == bytes.count && report["images"] as? Int == 60)
    let model = try Model(copying: bytes)
    #expect(model.labels == ["0", "1", "2", "3", "4"] && model.imageHeight == 6 && model.layerCount == 2)
    let evaluated = try object(try OctetProcess.run("evaluate", out, "--data", data, "--json").output)
    #expect(evaluated["accuracy"] as? Double == report["accuracy"] as? Double)
    let text = try OctetProcess.run("quantize", lite, "--data", data, "--out", out)
    #expect(text.status == 0 && text.output.contains("nothing calibrated"))
    // The whole range moved a little: a line takes the pixels in.
    let moved = try OctetProcess.run(
      "quantize", lite, "--data", data, "--out", out, "--pixels=-0.05:1", "-q")
    #expect(moved.status == 0 && moved.output.isEmpty)
    let line = try Model(copying: #require(try folder.bytes(of: "lite.octet")))
    #expect(line.layerCount == 2 && line.pixelMap != nil)
  }

  @Test func `an integer model needs no data, and then takes its own integers`() throws {
    let file = try #require(LiteModel.integer.first { $0.testDescription == "dense-int8.tflite" })
    let answers = try file.answers()
    let out = folder.path("bare.octet")
    let made = try OctetProcess.run("quantize", lite, "--out", out)
    #expect(made.status == 0 && made.errors.isEmpty, "\(made.errors)")
    #expect(made.output.contains("nothing calibrated") && !made.output.contains("Data:"))
    let said = try object(try OctetProcess.run("quantize", lite, "--out", out, "--json").output)
    #expect(said["file_bytes"] as? Int == (try folder.bytes(of: "bare.octet")?.count))
    #expect(said["data"] == nil && said["accuracy"] == nil)
    let items = NPYArray(
      shape: [answers.pictures.count, 36], answers.pictures.joined().map { Int8(Int($0) - 128) })
    try folder.write(items.file, to: "items.npy")
    let result = try OctetProcess.run(
      "predict", out, folder.path("items.npy"), "--integers", "--out", folder.path("out.npy"))
    #expect(result.status == 0, "\(result.errors)")
    let logits = try #require(answers.logits)
    #expect(
      try NPYArray.read(path: folder.path("out.npy"))
        == NPYArray(shape: [logits.count, logits[0].count], logits.joined().map { Int8($0) }))
    let page = try OctetProcess.run(
      "quantize", lite, "--out", folder.path("no.octet"), "--report", folder.path("no.html"))
    #expect(page.status == 2 && page.errors.contains("--data"))
    #expect(try folder.bytes(of: "no.octet") == nil && folder.bytes(of: "no.html") == nil)
  }

  @Test func `convolutions that are taken over round twice, and inspect says so`() throws {
    let (out, data) = (folder.path("residual.octet"), folder.path("nine.csv"))
    try write(size: 9, classes: 4, to: "nine.csv")
    let residual = LiteModel.folder.appending(path: "residual-int8.tflite").path
    #expect(try OctetProcess.run("quantize", residual, "--data", data, "--out", out, "-q").status == 0)
    let layers = try #require(
      try object(try OctetProcess.run("inspect", out, "--json").output)["layers"] as? [[String: Any]])
    for layer in layers {
      let kind = try #require(layer["kind"] as? String)
      let summary = try #require(layer["summary"] as? String)
      #expect(
        summary.contains("rounded twice") == ["convolution", "add", "global average pooling"].contains(kind))
      if kind == "convolution" { #expect(layer["rounding"] as? String == "halfUpThenAway") }
      if kind == "dense" { #expect(layer["rounding"] as? String == "awayFromZero") }
    }
    #expect(layers.contains { $0["rounding"] as? String == "halfUpThenAway" })
  }

  @Test func `a Keras model is quantized, tested and exported`() throws {
    let (out, data) = (folder.path("keras.octet"), folder.path("seven.csv"))
    let made = try OctetProcess.run(
      "quantize", keras, "--data", data, "--out", out, "--pixels", "0:255", "--json")
    #expect(made.status == 0 && made.errorsBesideWarnings.isEmpty, "\(made.errors)")
    let report = try object(made.output)
    let evaluated = try OctetProcess.run(
      "evaluate", out, "--data", data, "--against", keras, "--pixels", "0:255", "--json")
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    #expect(try object(evaluated.output)["float_accuracy"] as? Double == report["float_accuracy"] as? Double)
    let float = folder.path("float.onnx")
    let exported = try OctetProcess.run("export", keras, "--onnx", float, "--pixels", "0:255")
    #expect(exported.status == 0 && exported.errors.isEmpty, "\(exported.errors)")
    // What was exported takes pixels from 0 to 1, and is the same model.
    let again = try OctetProcess.run(
      "quantize", float, "--data", data, "--out", folder.path("again.octet"), "-q")
    #expect(again.status == 0, "\(again.errors)")
    #expect(try folder.bytes(of: "again.octet") == folder.bytes(of: "keras.octet"))
    let integers = try OctetProcess.run("export", out, "--onnx-qdq", folder.path("integers.onnx"))
    #expect(integers.status == 0)
    #expect(try #require(try folder.bytes(of: "integers.onnx")).count > 1000)
  }

  /// The value of a fact on a page.
  private func fact(_ name: String, on page: String) throws -> String {
    let text = try #require(try folder.contents(of: page))
    let rest = text.components(separatedBy: "<dt>\(name)</dt><dd>").dropFirst().first ?? ""
    return rest.components(separatedBy: "</dd>")[0]
  }

  @Test func `a page tells of a model with its own pixels and classes`() throws {
    let out = folder.path("model.octet")
    let float = LiteModel.folder.appending(path: "dense-float.tflite").path
    for (model, table, pixels, classes) in [
      (keras, "seven.csv", "0:255", "0,1,2"), (float, "six.csv", "-1:1", "0,1,2,3,4"),
    ] {
      let data = folder.path(table)
      let made = try OctetProcess.run(
        "quantize", model, "--data", data, "--out", out, "--pixels=\(pixels)", "--json")
      try #require(made.status == 0, "\(made.errors)")
      let accuracy = try #require(try object(made.output)["float_accuracy"] as? Double)
      let alone = try OctetProcess.run(
        "report", model, "--data", data, "--pixels=\(pixels)", "--classes", classes, "--out",
        folder.path("alone.html"))
      #expect(alone.status == 0, "\(alone.errors)")
      #expect(try fact("Accuracy", on: "alone.html") == String(format: "%.2f %%", 100 * accuracy))
      let beside = try OctetProcess.run(
        "report", out, "--against", model, "--data", data, "--pixels=\(pixels)", "--out",
        folder.path("beside.html"))
      #expect(beside.status == 0, "\(beside.errors)")
      #expect(try fact("Float accuracy", on: "beside.html") == String(format: "%.2f %%", 100 * accuracy))
      // Quantized once more, the model gives the same file: pixels are taken as they were then.
      #expect(try #require(try folder.contents(of: "beside.html")).contains("Signal over the noise"))
      // What its pixels are is in the file, unless its output is its input.
      for command in ["evaluate", "report"] {
        let refused = try OctetProcess.run(command, out, "--data", data, "--pixels=\(pixels)")
        #expect(refused.status == 2 && refused.errors.contains("--against"), "\(refused.errors)")
      }
    }
  }

  @Test func `an export says what it wrote`() throws {
    let (out, data) = (folder.path("keras.octet"), folder.path("seven.csv"))
    let made = try OctetProcess.run(
      "quantize", keras, "--data", data, "--out", out, "--pixels", "0:255", "--json")
    try #require(made.status == 0, "\(made.errors)")
    let arena = try #require(try object(made.output)["arena_bytes"] as? Int)
    let names = ["onnx-qdq", "c-source", "c-array"]
    let exported = try OctetProcess.run(
      ["export", out, "--json", "--name", "mine"] + names.flatMap { ["--\($0)", folder.path($0)] })
    #expect(exported.status == 0 && exported.errors.isEmpty, "\(exported.errors)")
    let said = try object(exported.output)
    #expect(said["model"] as? String == out && said["arena_bytes"] as? Int == arena)
    let written = try #require(said["written"] as? [[String: Any]])
    #expect(written.map { $0["form"] as? String } == ["onnx-qdq", "c-source", "c-header", "c-array"])
    for (name, file) in zip(["onnx-qdq", "c-source", "c-source.h", "c-array"], written) {
      #expect(file["path"] as? String == folder.path(name))
      #expect(file["bytes"] as? Int == (try folder.bytes(of: name)?.count))
    }
    let float = try object(
      try OctetProcess.run(
        "export", keras, "--onnx", folder.path("float.onnx"), "--pixels", "0:255", "--json"
      ).output)
    #expect(float["arena_bytes"] == nil)
    #expect(
      (float["written"] as? [[String: Any]])?.first?["bytes"] as? Int
        == (try folder.bytes(of: "float.onnx")?.count))
  }

  /// A network of another format, with random weights and no names for its outputs.
  private func foreign(_ text: String, to name: String) throws -> String {
    var model = try FloatModels.make(text)
    model.classNames = []
    try folder.write(ONNXExport.file(model, octetVersion: "1"), to: name)
    return folder.path(name)
  }

  @Test func `what is no classifier is not turned into one`() throws {
    try write(size: 6, classes: 4, to: "four.csv")
    try write(size: 6, classes: 2, to: "two.csv")
    let (four, two) = (folder.path("four.csv"), folder.path("two.csv"))
    let number = try foreign("input 6x6x1\nflatten\ndense 1", to: "number.onnx")
    let numbers = try foreign("input 6x6x1\nflatten\ndense 5", to: "numbers.onnx")
    let several = try foreign("input 6x6x1\nflatten\ndense 5 sigmoid", to: "several.onnx")
    let out = folder.path("none.octet")
    for (model, data, words, meaning) in [
      (number, two, "2 classes, and the model gives a number", "numbers"),
      (number, four, "4 classes, and the model gives a number", "numbers"),
      (numbers, four, "4 classes, and the model gives 5 numbers", "numbers"),
      (numbers, two, "2 classes, and the model gives 5 numbers", "numbers"),
      (several, four, "4 classes, and the model gives 5 labels", "labels"),
    ] {
      let made = try OctetProcess.run("quantize", model, "--data", data, "--out", out, "--json")
      #expect(
        made.status == 0 && made.errors.contains(words) && made.errors.contains("--classes"), "\(made.errors)"
      )
      #expect(try object(made.output)["meaning"] as? String == meaning)
      #expect(try object(made.output)["accuracy"] == nil)
      // Alone there is nothing to test them with.
      for (command, more) in [("evaluate", []), ("report", ["--out", folder.path("none.html")])] {
        let result = try OctetProcess.run([command, model, "--data", data] + more)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains("what the model should give"), "\(result.errors)")
        #expect(result.errors.filter { $0 == "\n" }.count == 1)
      }
    }
    #expect(try folder.bytes(of: "none.html") == nil)
    // Names make classes of outputs that can be scores, and so does data with as many.
    for (model, data, more) in [
      (number, two, ["--classes", "0,1"]), (several, folder.path("six.csv"), []),
      (numbers, folder.path("six.csv"), []),
    ] {
      let result = try OctetProcess.run(
        ["quantize", model, "--data", data, "--out", out, "--json"] + more)
      #expect(result.status == 0, "\(result.errors)")
      #expect(try object(result.output)["meaning"] as? String == "classes")
    }
    // No classes are needed to write a model in another form.
    #expect(try OctetProcess.run("export", number, "--onnx", folder.path("again.onnx")).status == 0)
  }

  @Test(
    arguments: [
      (text: "1:255", lows: [1], highs: [255]), ("-1:1,0:2", [-1, 0], [1, 2]), ("tf", [-1], [1]),
      ("mean=0.5:std=0.25", [-2], [2]), ("mean=0,0.5:std=1,0.5", [0, -1], [1, 1]),
      ("caffe", [-103.939, -116.779, -123.68], [255 - 103.939, 255 - 116.779, 255 - 123.68]),
    ] as [(text: String, lows: [Float], highs: [Float])])
  func `ranges of pixels`(text: String, lows: [Float], highs: [Float]) throws {
    // The refusal of a model of one channel repeats what was understood.
    let result = try OctetProcess.run(
      "quantize", keras, "--data", folder.path("seven.csv"), "--out", folder.path("p.octet"),
      "--pixels=\(text)",
      "-q")
    if lows.count == 1 {
      #expect(result.status == 0, "\(result.errors)")
    } else {
      let shown = zip(lows, highs).map { "\($0):\($1)" }.joined(separator: ",")
      let message = "for \(lows.count) channels (\(shown))"
      #expect(result.status == 1 && result.errors.contains(message), "\(result.errors)")
    }
  }

  @Test(arguments: [
    "", "1", "1:", ":", "2:1", "1:1", "1:2:3", "a:b", "nan:1", "0:inf", "0:1e7", "0:1,", ",0:1", "0:1,2:1",
    "mean=1",
    "mean=1:std=", "mean=1:std=0", "mean=1:std=-1", "mean=1,2:std=1", "mean=a:std=1", "std=1:mean=0",
    "mean=0:std=1e-9",
    "TF",
  ])
  func `what is no range of pixels`(text: String) throws {
    let result = try OctetProcess.run(
      "quantize", keras, "--data", folder.path("six.csv"), "--out", folder.path("p.octet"), "--pixels=\(text)"
    )
    #expect(result.status == 2 && result.errors.contains("--pixels"), "\(result.errors)")
  }

  @Test func `an integer model is compared with the data before it is written`() throws {
    try write(size: 6, classes: 4, to: "four.csv")
    let out = folder.path("none.octet")
    for (data, more, message) in [
      ("seven.csv", [], "the images are 7x7x1, the network's input is 36"),
      ("four.csv", ["--classes", "0,1,2,x,y"], "not a class of the data"),
    ] {
      let result = try OctetProcess.run(
        ["quantize", lite, "--data", folder.path(data), "--out", out, "-q"] + more)
      #expect(result.status == 1 && result.errors.contains(message), "\(result.errors)")
    }
    #expect(try folder.bytes(of: "none.octet") == nil)
    // Data may have some of the classes only.
    let some = try OctetProcess.run(
      ["quantize", lite, "--data", folder.path("four.csv"), "--out", out, "--json"])
    #expect(some.status == 0 && some.errorsBesideWarnings.isEmpty, "\(some.errors)")
  }

  @Test func `mistakes get one line and leave no file`() throws {
    let (six, seven) = (folder.path("six.csv"), folder.path("seven.csv"))
    let out = folder.path("none.octet")
    let own = folder.path("own.safetensors")
    try folder.write("", to: "broken.keras")
    let cases: [(arguments: [String], status: Int32, message: String)] = [
      (
        ["quantize", lite, "--data", six, "--out", out, "--method", "entropy"], 2,
        "--method is for float models"
      ),
      (["quantize", lite, "--data", six, "--out", out, "--no-bias-correction"], 2, "keeps its own integers"),
      (["quantize", lite, "--data", six, "--out", out, "--pixels", "0:255"], 1, "--pixels LOW:HIGH"),
      (["quantize", lite, "--data", six, "--out", out, "--pixels", "1:0"], 2, "the smaller first"),
      (["quantize", lite, "--data", six, "--out", out, "--pixels", "a:b"], 2, "not 'a:b'"),
      (["quantize", lite, "--data", six, "--out", out, "--classes", "a,b"], 1, "5 outputs"),
      (["quantize", lite, "--data", six, "--out", out, "--classes", "a,a"], 2, "different names"),
      (
        ["quantize", lite, "--data", six, "--out", out, "--classes", "0,1,2,3,x"], 1,
        "not a class of the data"
      ),
      (["quantize", own, "--pixels", "0:255"], 2, "models from elsewhere"),
      (["quantize", keras, "--data", seven, "--out", out], 1, "--pixels 0:255"),
      (["quantize", keras, "--data", six, "--out", out, "--pixels", "0:255"], 1, "6x6x1"),
      (["quantize", folder.path("broken.keras"), "--data", six, "--out", out], 1, "HDF5"),
      (["export", keras], 2, "--onnx FILE"), (["export", out, "--onnx", out], 2, "--onnx-qdq"),
      (["export", keras, "--onnx", out, "--c-array", folder.path("none.c")], 2, "one at a time"),
      (["export", lite, "--onnx", out], 1, "compute with integers"),
      (["export", keras, "--onnx", out, "--name", "mine"], 2, "--c-array"),
      (["export", out, "--onnx-qdq", out, "--name", "mine"], 2, "--c-array"),
      (["report", own, "--pixels", "0:255"], 2, "models from elsewhere"),
      (["report", out, "--against", keras, "--classes", "a,b,c"], 2, "--classes"),
      (["report", keras, "--data", seven, "--out", out], 1, "--pixels 0:255"),
    ]
    for (arguments, status, message) in cases {
      let result = try OctetProcess.run(arguments)
      #expect(result.status == status, "\(arguments) \(result.errors)")
      #expect(result.output.isEmpty)
      #expect(
        result.errors.split(separator: "\n").count == 1 && result.errors.contains(message), "\(result.errors)"
      )
    }
    #expect(try folder.bytes(of: "none.octet") == nil)
  }
}
