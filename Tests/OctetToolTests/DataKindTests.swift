import Foundation
import OctetData
import OctetHost
import OctetImages
import TestSupport
import Testing

/// Data of every kind through the built tool: features, integers and their scale, items without classes, random ones.
@Suite struct DataKindTests {
  private let folder: TemporaryFolder
  private let integerModel = Python.repository.appending(
    path: "Tests/OctetQuantizationTests/TensorFlowLite/Models/dense-int8.tflite"
  ).path

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(
      "input 4x2x1\nconv 6 3x2 padding same relu\nflatten\ndense 3 softmax\nepochs 12\nbatch 8\n",
      to: "mine.network")
    // The largest of three sums of features is the class.
    var (values, classes): ([Float], [Int16]) = ([], [])
    for item in 0..<300 {
      let row = (0..<8).map { Float((item * 37 + $0 * $0 * 101) % 61) / 10 - 3 }
      values += row
      let sums = [row[0] + row[1], row[2] + row[3], row[6] + row[7]]
      classes.append(Int16(sums.firstIndex(of: sums.max() ?? 0) ?? 0))
    }
    try write("features", NPYArray(shape: [300, 4, 2], values), classes)
    try write("bare", NPYArray(shape: [300, 4, 2], values), nil)
    try folder.write(NPYArray(shape: [300, 4, 2, 1], values).file, to: "features.npy")
  }

  private func write(_ name: String, _ x: NPYArray, _ classes: [Int16]?) throws {
    let y = classes.map { [(name: "y.npy", bytes: NPYArray(shape: [$0.count], $0).file)] } ?? []
    try folder.write(zip([(name: "x.npy", bytes: x.file)] + y), to: "\(name).npz")
  }

  /// With the names of files in the folder in full.
  private func run(_ words: String...) throws -> OctetProcess.Result {
    try OctetProcess.run(
      words.map { $0.contains(".") && !$0.contains("/") && !$0.contains(":") ? folder.path($0) : $0 })
  }

  private func object(_ result: OctetProcess.Result) throws -> [String: Any] {
    #expect(result.status == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  @Test func `a network learns features, and is quantized and tested with them`() throws {
    let trained = try run(
      "train", "--network", "mine.network", "--data", "features.npz", "--out", "m.safetensors")
    try #require(trained.status == 0, "\(trained.errors)")
    let made = try object(
      try run("quantize", "m.safetensors", "--data", "features.npz", "--out", "m.octet", "--json"))
    let float = try #require(made["float_accuracy"] as? Double)
    #expect(float > 0.8 && abs(float - (made["accuracy"] as? Double ?? 0)) < 0.05)
    #expect(try object(try run("inspect", "m.octet", "--json"))["input_kind"] as? String == "features")
    let pixels = [UInt8](repeating: 9, count: 8)
    try folder.write(PNGWriter.encode(width: 2, height: 4, pixels: pixels.span), to: "a.png")
    let refused = try run("classify", "m.octet", "a.png")
    #expect(
      refused.status == 1 && refused.errors.contains("a.png: is no .npy file, and the model takes features"))
    let compared = try object(
      try run("evaluate", "m.octet", "--against", "m.safetensors", "--data", "features.npz", "--json"))
    #expect(compared["float_accuracy"] as? Double == float)
    // Both take the same floats; the int8 model rounds them by its input's scale.
    for model in ["m.octet", "m.safetensors"] {
      let result = try run("predict", model, "features.npy", "--out", "\(model).npy")
      #expect(result.status == 0, "\(result.errors)")
    }
    let integer = try NPYArray.read(path: folder.path("m.octet.npy")).floats(0..<900)
    let real = try NPYArray.read(path: folder.path("m.safetensors.npy")).floats(0..<900)
    #expect(zip(integer, real).allSatisfy { abs($0 - $1) < 0.1 })
    let shown = try object(try run("data", "show", "--data", "features.npz", "--image", "1", "--json"))
    #expect(shown["values"] as? String == "floats" && (shown["numbers"] as? [Double])?.count == 8)
    #expect(try run("data", "show", "--data", "bare.npz").output.contains("no targets"))
    #expect(try run("report", "m.octet", "--data", "features.npz", "--out", "m.html").status == 0)
    // Nothing that changes pixels applies.
    try run(
      "train", "--network", "mine.network", "--data", "features.npz", "--out", "n.safetensors", "--augment",
      "shift=1", "-q"
    )
    .expectRefusal(1, "holds floats", "--augment none")
    try run("quantize", "m.safetensors", "--data", "features.npz", "--out", "n.octet", "--invert", "yes")
      .expectRefusal(2, "--invert is for pictures in files; the data holds floats")
  }

  @Test func `without classes two models are compared, and one is refused`() throws {
    let trained = try run(
      "train", "--network", "mine.network", "--data", "features.npz", "--out", "m.safetensors", "-q")
    try #require(trained.status == 0, "\(trained.errors)")
    let made = try object(
      try run("quantize", "m.safetensors", "--data", "bare.npz", "--out", "m.octet", "--json"))
    #expect(made["accuracy"] == nil && (made["agreement"] as? Double ?? 0) > 0.9)
    let answers = folder.path("answers.csv")
    let text = try run(
      "evaluate", "m.octet", "--against", "m.safetensors", "--data", "bare.npz", "--answers", answers)
    #expect(text.status == 0 && text.output.contains("the accuracy is not known"))
    #expect(try #require(try folder.contents(of: "answers.csv")).hasPrefix("item,int8,float,changed,int8 0"))
    for words in [["m.octet"], ["m.safetensors"]] {
      let result = try run("evaluate", words[0], "--data", "bare.npz")
      result.expectRefusal(1, "has no targets", "a model alone is tested with a class for each item")
    }
    try run(
      "evaluate", "m.octet", "--against", "m.safetensors", "--data", "bare.npz", "--report", "page.html"
    )
    .expectRefusal(1, "a page shows items by their class")
    // Random items do the same, and say so once.
    let random = try run("quantize", "m.safetensors", "--data", "random", "--out", "r.octet")
    #expect(random.status == 0 && random.output.contains("1,000, without classes"))
    #expect(
      random.errorsBesideWarnings
        == "octet: note: random items of 4x2x1, seed 1: they have no classes, so no accuracy can be told\n")
    let again = try run("evaluate", "r.octet", "--against", "m.safetensors", "--data", "random", "--json")
    #expect(try object(again)["images"] as? Int == 1000)
    #expect(try run("bench", "r.octet", "--data", "random", "--rounds", "1").status == 0)
    #expect(
      try run("predict", "r.octet", "random").output.split(separator: "\n").count == 1000)
    try run("data", "show", "--data", "random").expectRefusal(
      1, "--data random", "there is none here", "./random")
    let learned = try run(
      "train", "--network", "mine.network", "--data", "random", "--out", "n.safetensors", "-q")
    #expect(
      learned.status == 1 && learned.errors.contains("the data has no targets, and training needs classes"))
  }

  @Test func `integers are taken as they are, or by their scale`() throws {
    let made = try run("quantize", integerModel, "--data", "random", "--out", "i.octet", "-q")
    #expect(made.status == 0 && made.errors.contains("random items of 36"))
    let integers = (0..<40 * 36).map { Int8(truncatingIfNeeded: $0 * 7919) }
    try write("int", NPYArray(shape: [40, 36], integers), (0..<40).map { Int16($0 % 5) })
    let found = try object(try run("evaluate", "i.octet", "--data", "int.npz", "--json"))
    #expect(found["images"] as? Int == 40)
    // The same by the input's own scale, and by the floats that it stands for.
    let inspected = try object(try run("inspect", "i.octet", "--json"))
    let input = try #require(inspected["input"] as? [String: Any])
    let (scale, zero) = (try #require(input["scale"] as? Double), try #require(input["zero_point"] as? Int))
    let floats = integers.map { Float(scale) * Float(Int($0) - zero) }
    try folder.write(NPYArray(shape: [40, 36], floats).file, to: "floats.npy")
    try folder.write(NPYArray(shape: [40, 36], integers).file, to: "int.npy")
    let expected = try run("predict", "i.octet", "int.npy", "--integers").output
    #expect(expected.split(separator: "\n").count == 40)
    #expect(try run("predict", "i.octet", "floats.npy", "--integers").output == expected)
    let scaled = try run(
      "predict", "i.octet", "int.npy", "--integers", "--input-scale", "\(Float(scale)):\(zero)")
    #expect(scaled.output == expected, "\(scaled.errors)")
    #expect(try run("predict", "i.octet", "int.npy", "--integers", "--input-scale", "1:0").output != expected)
    for wrong in ["1", "0:1", "-1:1", "nan:0", "1:128", "1:x"] {
      try run("predict", "i.octet", "int.npy", "--input-scale=\(wrong)").expectRefusal(
        2, "--input-scale takes")
    }
    try run("predict", "i.octet", "floats.npy", "--input-scale", "1:0")
      .expectRefusal(2, "--input-scale is for arrays of int8; the data holds floats")
    // A float model has to be told.
    let float = Python.repository.appending(
      path: "Tests/OctetQuantizationTests/TensorFlowLite/Models/dense-float.tflite"
    ).path
    for words in [["evaluate", float], ["quantize", float]] {
      try run(words[0], words[1], "--data", "int.npz").expectRefusal(1, "--input-scale SCALE:ZERO")
    }
    let told = try run("evaluate", float, "--data", "int.npz", "--input-scale", "0.01:3", "--json")
    #expect(told.status == 0, "\(told.errors)")
    try run("evaluate", float, "--data", "int.npz", "--input-scale", "0.01:3", "--pixels", "0:255")
      .expectRefusal(1, "--pixels: it says what pixels were")
  }

  /// The data names its classes and the model numbers them, or the other way round, or one has fewer.
  @Test func `classes meet by name or by number`() throws {
    #expect(try run("quantize", integerModel, "--out", "i.octet", "-q").status == 0)
    #expect(
      try run("quantize", integerModel, "--out", "n.octet", "--classes", "a,b,c,d,e", "-q").status == 0)
    let pixels = NPYArray(
      shape: [10, 6, 6], element: .uint8, bytes: (0..<360).map { UInt8(truncatingIfNeeded: $0 * 31) })
    try write("three", pixels, (0..<10).map { Int16($0 % 3) })
    let numbered = try object(try run("evaluate", "i.octet", "--data", "three.npz", "--json"))
    let named = try object(try run("evaluate", "n.octet", "--data", "three.npz", "--json"))
    #expect(numbered["correct"] as? Int == named["correct"] as? Int && named["images"] as? Int == 10)
    try write("six", pixels, (0..<10).map { Int16($0 % 6) })
    try run("evaluate", "n.octet", "--data", "six.npz").expectRefusal(1, "\"a\" is not a class of the data")
  }

  @Test func `an array may have the axes of the model's format`() throws {
    let onnx = Python.repository.appending(
      path: "Tests/OctetInterchangeTests/ONNX/Models/torch-residual.onnx"
    ).path
    let floats = (0..<20 * 81).map { Float($0 % 97) / 97 }
    let y = (0..<20).map { Int16($0 % 4) }
    var texts: Set<String> = []
    for (name, shape) in [
      ("nchw", [20, 1, 9, 9]), ("nhwc", [20, 9, 9, 1]), ("hw", [20, 9, 9]), ("row", [20, 81]),
    ] {
      try write(name, NPYArray(shape: shape, floats), y)
      let result = try run("predict", onnx, "\(name).npz")
      #expect(result.status == 0, "\(result.errors)")
      texts.insert(result.output)
    }
    #expect(texts.count == 1)
    try write("wrong", NPYArray(shape: [20, 3, 27], floats), y)
    try run("predict", onnx, "wrong.npz").expectRefusal(1, "[3, 27]", "takes [1, 9, 9]", "[20, 1, 9, 9]")
  }

  /// Class folders of color, for a network of three channels, for one of gray, and for none.
  @Test func `pictures are read in color where the model takes it`() throws {
    var random = RandomStream(seed: 5, purpose: .testing)
    for (place, name) in ["red", "green", "blue"].enumerated() {
      for index in 0..<30 {
        let pixels = (0..<36).flatMap { _ in
          (0..<3).map { UInt8.random(in: $0 == place ? 150...250 : 0...120, using: &random) }
        }
        try folder.write(
          PNGWriter.encode(width: 6, height: 6, channels: 3, pixels: pixels.span),
          to: "colors/\(name)/\(index).png")
      }
    }
    let gray = PNGWriter.encode(width: 6, height: 6, pixels: [UInt8](repeating: 99, count: 36).span)
    try folder.write(gray, to: "colors/red/gray.png")
    let data = folder.path("colors")
    func network(_ input: String) -> String {
      "input \(input)\nconv 4 3x3 relu\nflatten\ndense 3 softmax\nepochs 60\nbatch 8\nseed 2\n"
    }
    try folder.write(network("6x6x3"), to: "color.network")
    try folder.write(network("6x6x1"), to: "gray.network")
    try folder.write("input 108\ndense 3 softmax\nepochs 1\n", to: "flat.network")
    let trained = try run(
      "train", "--network", "color.network", "--data", data, "--out", "c.safetensors", "--json", "-q")
    try #require(trained.status == 0, "\(trained.errors)")
    let line = try #require(trained.output.split(separator: "\n").last)
    let scores = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect((scores["test_accuracy"] as? Double ?? 0) > 0.9)
    let made = try object(try run("quantize", "c.safetensors", "--data", data, "--out", "c.octet", "--json"))
    #expect((made["accuracy"] as? Double ?? 0) > 0.9)
    #expect(try run("report", "c.octet", "--data", data, "--out", "c.html").status == 0)
    for name in ["gray", "flat"] {
      let result = try run(
        "train", "--network", "\(name).network", "--data", data, "--out", "g.safetensors", "-q")
      #expect(result.status == 0, "\(name): \(result.errors)")
    }
    // Written and read again, the pictures are the same, in color as they are.
    #expect(try run("data", "export-png", "--data", data, "--folders", "--out", "again.d").status == 0)
    let shown = try object(try run("data", "show", "--data", "again.d", "--image", "40", "--json"))
    #expect(shown["channels"] as? Int == 3 && shown["images"] as? Int == 91)
    let first = try object(try run("data", "show", "--data", data, "--image", "40", "--json"))
    #expect(shown["pixels"] as? [Int] == first["pixels"] as? [Int])
    try run("quantize", "c.safetensors", "--data", data, "--out", "n.octet", "--invert", "auto")
      .expectRefusal(1, "--invert auto: is for gray pictures")
    try run("data", "export-png", "--data", "features.npz", "--out", "none.d")
      .expectRefusal(1, "has floats of 1 channels")
  }

  @Test func `a table of features`() throws {
    let rows = (0..<60).map { item in "\(item % 3),\(Float(item % 3) - 1.5),\(item),-1e-1,4" }
    try folder.write("class,a,b,c,d\n" + rows.joined(separator: "\n"), to: "f.csv")
    try folder.write("input 4\ndense 3 softmax\nepochs 1\n", to: "flat.network")
    let result = try run("train", "--network", "flat.network", "--data", "f.csv", "--out", "f.safetensors")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.output.contains("60 items of 3 classes") && result.output.contains("its numbers are features"))
    try run("train", "--network", "mine.network", "--data", "f.csv", "--out", "f.safetensors", "-q")
      .expectRefusal(1, "f.csv: its items have the shape [4]")
  }
}
