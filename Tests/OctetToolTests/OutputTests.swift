import Foundation
import OctetData
import OctetHost
import TestSupport
import Testing

/// Float models whose outputs are numbers, labels, maps or several of them, from file to figures. The models and Keras'
/// answers come from Tools/golden/outputs_golden.py; what the program says of them is worked out here once more.
@Suite struct OutputTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let models = Python.repository.appending(path: "Tests/OctetToolTests/Outputs")

  private static func path(_ name: String) -> String { models.appending(path: name).path }

  /// The arrays of an .npz file.
  private func arrays(_ path: String) throws -> [String: NPYArray] {
    let archive = try ZIPArchive(ByteFile.contents(at: path, limit: 1 << 24))
    var arrays: [String: NPYArray] = [:]
    for name in archive.names {
      let bytes = try #require(try archive.contents(name))
      arrays[String(name.dropLast(4))] = try NPYArray(bytes, path: name)
    }
    return arrays
  }

  private func floats(_ array: NPYArray?) throws -> [Float] {
    let array = try #require(array)
    return array.floats(0..<array.count)
  }

  private func object(_ arguments: [String]) throws -> [String: Any] {
    let result = try OctetProcess.run(arguments)
    try #require(result.status == 0, "\(result.errors)")
    return try #require(try result.objects().first)
  }

  private func number(_ object: [String: Any], _ name: String) throws -> Double {
    try #require(object[name] as? Double, "\(name)")
  }

  /// Quantizes a model of the folder, and gives the path of the int8 one and what was said.
  private func quantize(_ model: String) throws -> (path: String, said: [String: Any]) {
    let name = model.prefix { $0 != "." }
    let out = folder.path("\(name).octet")
    return (
      out,
      try object(["quantize", Self.path(model), "--data", Self.path("\(name).npz"), "--out", out, "--json"])
    )
  }

  private func expectClose(_ found: [Float], _ expected: [Float], within tolerance: Float, _ what: String) {
    #expect(found.count == expected.count, "\(what)")
    for (one, other) in zip(found, expected) where abs(one - other) > tolerance {
      Issue.record("\(what): \(one) and \(other)")
      return
    }
  }

  // MARK: several outputs

  @Test(arguments: ["keras", "h5", "onnx", "tflite"])
  func `every output of a model is that of Keras, in each format`(format: String) throws {
    let expected = try arrays(Self.path("several-answers.npz"))
    // LiteRT's converter keeps no names but numbers its outputs as Keras has them.
    let keras = ["kind", "levels", "angle", "on", "hidden", "shares"]
    let out = folder.path("out.npz")
    let result = try OctetProcess.run(
      "predict", Self.path("several.\(format)"), Self.path("several.npz"), "--out", out)
    #expect(result.status == 0 && result.output.isEmpty, "\(result.errors)")
    let found = try arrays(out)
    #expect(found.count == 6)
    for (place, name) in keras.enumerated() {
      let own = try #require(found[format == "tflite" ? "output_\(place)" : name])
      #expect(own.shape == expected[name]?.shape)
      expectClose(try floats(own), try floats(expected[name]), within: 1e-5, name)
    }
  }

  @Test func `one output is chosen by name or number`() throws {
    let (model, data) = (Self.path("several.keras"), Self.path("several.npz"))
    let expected = try floats(try arrays(Self.path("several-answers.npz"))["angle"])
    for wanted in ["angle", "2"] {
      let out = folder.path("angle.npy")
      #expect(try OctetProcess.run("predict", model, data, "--out", out, "--output", wanted).status == 0)
      let found = try NPYArray.read(path: out)
      #expect(found.shape == [80, 2])
      expectClose(found.floats(0..<160), expected, within: 1e-5, wanted)
    }
    let none = folder.path("none.npy")
    try OctetProcess.run("predict", model, data, "--out", none)
      .expectRefusal(1, "6 outputs", "1 levels", "--output NAME")
    try OctetProcess.run("predict", model, data, "--out", none, "--output", "6")
      .expectRefusal(1, "no output \"6\"", "5 shares")
    #expect(try folder.bytes(of: "none.npy") == nil)
    let lines = try OctetProcess.run("predict", model, data, "--output", "on").output.split(separator: "\n")
    #expect(lines.count == 80 && lines[3].hasPrefix("{\"item\":3,\"output\":["))
    let all = try #require(try OctetProcess.run("predict", model, data).objects().first)
    #expect(
      (all["outputs"] as? [String: Any])?.keys.sorted() == [
        "angle", "hidden", "kind", "levels", "on", "shares",
      ])
    let table = folder.path("out.csv")
    #expect(try OctetProcess.run("predict", model, data, "--out", table).status == 0)
    let titles = try #require(try folder.contents(of: "out.csv")?.split(separator: "\n").first).split(
      separator: ",")
    #expect(titles.count == 1 + 7 + 72 + 2 + 1 + 10 + 48)
    #expect(titles[1] == "kind_0" && titles[8] == "levels_0" && titles[80] == "angle_0")
  }

  @Test func `all outputs are quantized, those that layers read among them`() throws {
    let (path, said) = try quantize("several.keras")
    let outputs = try #require(said["outputs"] as? [[String: Any]])
    #expect(outputs.map { $0["output"] as? String } == ["kind", "levels", "angle", "on", "hidden", "shares"])
    #expect(
      outputs.map { $0["meaning"] as? String } == [
        "classes", "numbers", "numbers", "classes", "numbers", "numbers",
      ])
    let float = try arrays(Self.path("several-answers.npz"))
    let out = folder.path("int8.npz")
    #expect(try OctetProcess.run("predict", path, Self.path("several.npz"), "--out", out).status == 0)
    let found = try arrays(out)
    for (place, name) in ["kind", "levels", "angle", "on", "hidden", "shares"].enumerated() {
      let (own, expected) = (try floats(found["output_\(place)"]), try floats(float[name]))
      let largest = expected.reduce(0) { max($0, abs($1)) }
      expectClose(own, expected, within: 0.03 * largest, name)
      guard outputs[place]["meaning"] as? String == "numbers" else { continue }
      let differences = zip(own, expected).map { Double(abs($0 - $1)) }
      #expect(try abs(number(outputs[place], "largest_difference") - (differences.max() ?? 0)) < 1e-5)
      let power = expected.reduce(0.0) { $0 + Double($1) * Double($1) }
      let decibels = 10 * log10(power / differences.reduce(0.0) { $0 + $1 * $1 })
      #expect(try abs(number(outputs[place], "decibels") - decibels) < 0.05)
    }
    // The same from the two files, and a page with a section for each.
    let page = folder.path("page.html")
    let again = try object([
      "evaluate", path, "--against", Self.path("several.keras"), "--data", Self.path("several.npz"), "--json",
      "--report", page,
    ])
    #expect((again["outputs"] as? NSArray) == (said["outputs"] as? NSArray))
    let html = try #require(try folder.contents(of: "page.html"))
    for (place, name) in ["kind", "levels", "angle", "on", "hidden", "shares"].enumerated() {
      #expect(html.contains("id=\"comparison-\(place + 1)\"") && html.contains("Float against int8: \(name)"))
    }
    // Without targets there is nothing to test an int8 model with.
    let items = NPYArray(shape: [5, 6, 6, 1], [Float](repeating: 0.5, count: 180))
    try folder.write(items.file, to: "items.npy")
    try OctetProcess.run("evaluate", path, "--data", folder.path("items.npy"))
      .expectRefusal(1, "no targets", "7 classes; numbers of 6x6x2; 2 numbers; 2 classes; 10 numbers")
  }

  @Test func `each output has targets of its own`() throws {
    let data = try arrays(Self.path("several.npz"))
    let answers = try arrays(Self.path("several-answers.npz"))
    let found = try object([
      "evaluate", Self.path("several.onnx"), "--data", Self.path("several.npz"), "--json",
    ])
    let outputs = try #require(found["outputs"] as? [[String: Any]])
    let truth = try #require(data["y_test_kind"])
    let shares = try floats(answers["kind"])
    let rows = (0..<80).map { Array(shares[7 * $0..<7 * ($0 + 1)]) }
    let right = rows.indices.count { item in
      let row = rows[item]
      return (row.indices.max { row[$0] < row[$1] } ?? 0) == Int(truth.integer(item))
    }
    #expect(right > 30 && right < 80)
    #expect(try number(outputs[0], "accuracy") == Double(right) / 80)
    let amongFive = rows.indices.count { item in
      rows[item].count { $0 > rows[item][Int(truth.integer(item))] } < 5
    }
    #expect(try number(outputs[0], "top_five") == Double(amongFive) / 80)
    for (place, name, width) in [(1, "levels", 72), (2, "angle", 2)] {
      let (absolute, square, explained) = errors(
        try floats(answers[name]), try floats(data["y_test_\(name)"]), width: width)
      #expect(try abs(number(outputs[place], "mean_absolute_error") / absolute - 1) < 1e-4)
      #expect(try abs(number(outputs[place], "mean_square_error") / square - 1) < 1e-4)
      #expect(try abs(number(outputs[place], "r2") - explained) < 1e-4)
    }
    let on = zip(try floats(answers["on"]), try floats(data["y_test_on"])).count { ($0 > 0.5) == ($1 == 1) }
    #expect(try number(outputs[3], "accuracy") == Double(on) / 80)
    #expect(outputs[4]["compared_with"] is NSNull && outputs[5]["mean_absolute_error"] == nil)

    // Of an .octet file, which has no names for its outputs, they are numbers. In an archive of targets so too.
    let (path, _) = try quantize("several.keras")
    var archive = ZIPWriter()
    for (name, key) in [("x", "x_test"), ("y_0", "y_test_kind"), ("y_output_2", "y_test_angle")] {
      archive.add(try #require(data[key]).file, name: "\(name).npy")
    }
    try folder.write(try #require(archive.file), to: "numbered.npz")
    let text = try OctetProcess.run("evaluate", path, "--data", folder.path("numbered.npz"))
    #expect(text.status == 0, "\(text.errors)")
    #expect(text.output.contains("Output output_2, 2 numbers\nTest items: 80\n"))
    #expect(
      text.output.contains("Output output_3, 2 classes\nTest items: 80, without targets for this output"))
    for (name, words) in [("y_other", "\"other\""), ("y_2", "this output is 2 numbers")] {
      var wrong = ZIPWriter()
      wrong.add(try #require(data["x_test"]).file, name: "x.npy")
      wrong.add(try #require(data["y_test_levels"]).file, name: "\(name).npy")
      try folder.write(try #require(wrong.file), to: "wrong.npz")
      try OctetProcess.run("evaluate", path, "--data", folder.path("wrong.npz")).expectRefusal(1, words)
    }
  }

  // MARK: numbers

  /// Mean absolute and mean square error, and the share of the variance that is explained.
  private func errors(_ found: [Float], _ truth: [Float], width: Int) -> (Double, Double, Double) {
    var (absolute, square, spread) = (0.0, 0.0, 0.0)
    for place in 0..<width {
      let own = stride(from: place, to: truth.count, by: width).map { Double(truth[$0]) }
      let mean = own.reduce(0, +) / Double(own.count)
      spread += own.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    for (one, other) in zip(found, truth) {
      absolute += Double(abs(one - other))
      square += (Double(one) - Double(other)) * (Double(one) - Double(other))
    }
    return (absolute / Double(truth.count), square / Double(truth.count), 1 - square / spread)
  }

  @Test func `a regression's errors are those of Keras, and hardly more in int8`() throws {
    let truth = try floats(try arrays(Self.path("regression.npz"))["y_test"])
    let answers = try floats(try arrays(Self.path("regression-answers.npz"))["speeds"])
    let (path, said) = try quantize("regression.keras")
    let out = folder.path("int8.npy")
    #expect(try OctetProcess.run("predict", path, Self.path("regression.npz"), "--out", out).status == 0)
    let array = try NPYArray.read(path: out)
    for (prefix, values) in [("float_", answers), ("", array.floats(0..<array.count))] {
      let (absolute, square, explained) = errors(values, truth, width: 2)
      #expect(try abs(number(said, prefix + "mean_absolute_error") / absolute - 1) < 1e-4)
      #expect(try abs(number(said, prefix + "mean_square_error") / square - 1) < 1e-4)
      #expect(try abs(number(said, prefix + "root_mean_square_error") / square.squareRoot() - 1) < 1e-4)
      #expect(try abs(number(said, prefix + "r2") - explained) < 1e-4)
    }
    #expect(try number(said, "r2") > number(said, "float_r2") - 0.01)
    let interval = try #require(said["mean_absolute_error_change_interval"] as? [Double])
    let change = try number(said, "mean_absolute_error") - number(said, "float_mean_absolute_error")
    #expect(interval.count == 2 && interval[0] < change && change < interval[1])

    let alone = try object([
      "evaluate", Self.path("regression.keras"), "--data", Self.path("regression.npz"), "--json",
    ])
    #expect(try number(alone, "r2") == number(said, "float_r2"))
    let text = try OctetProcess.run("evaluate", path, "--data", Self.path("regression.npz")).output
    #expect(
      text.contains("Test items: 80\n") && text.contains("mean absolute error of")
        && text.contains("number 1"))
    let list = folder.path("answers.jsonl")
    let against = [
      "evaluate", path, "--against", Self.path("regression.keras"), "--data", Self.path("regression.npz"),
    ]
    #expect(try OctetProcess.run(against + ["--answers", list]).status == 0)
    let lines = try #require(try folder.contents(of: "answers.jsonl")).split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let mean = try lines.reduce(0.0) { try $0 + number($1, "int8_square_error") } / 80
    #expect(try abs(mean - number(said, "mean_square_error")) < 1e-9)
  }

  // MARK: labels

  @Test func `labels are found as by Keras, and scored one by one`() throws {
    let truth = try floats(try arrays(Self.path("labels.npz"))["y_test"])
    let answers = try floats(try arrays(Self.path("labels-answers.npz"))["what"])
    let (path, said) = try quantize("labels.keras")
    #expect(said["meaning"] as? String == "labels")
    let labels = try #require(said["labels"] as? [[String: Any]])
    #expect(labels.count == 3)
    for (place, label) in labels.enumerated() {
      let own = stride(from: place, to: answers.count, by: 3).map { (answers[$0] > 0.5, truth[$0] == 1) }
      let both = Double(own.count { $0 && $1 })
      #expect(try number(label, "float_accuracy") == Double(own.count { $0 == $1 }) / 80)
      #expect(try abs(number(label, "float_precision") - both / Double(own.count { $0.0 })) < 1e-12)
      #expect(try abs(number(label, "float_recall") - both / Double(own.count { $0.1 })) < 1e-12)
      let (precision, recall) = (try number(label, "float_precision"), try number(label, "float_recall"))
      #expect(try abs(number(label, "float_f1") - 2 * precision * recall / (precision + recall)) < 1e-12)
      #expect(try abs(number(label, "accuracy") - number(label, "float_accuracy")) <= 0.03)
      #expect(label["images"] as? Int == own.count { $0.1 })
    }
    let right = (0..<80).count { item in
      (0..<3).allSatisfy { (answers[3 * item + $0] > 0.5) == (truth[3 * item + $0] == 1) }
    }
    #expect(try number(said, "float_all_right") == Double(right) / 80)
    let interval = try #require(said["all_right_interval"] as? [Double])
    #expect(try interval[0] < number(said, "all_right_loss_points"))

    let page = folder.path("page.html")
    let text = try OctetProcess.run(
      "evaluate", path, "--data", Self.path("labels.npz"), "--report", page)
    #expect(text.output.contains("all labels right: ") && text.status == 0)
    #expect(
      try #require(try folder.contents(of: "page.html")).contains("Precision, recall and F1 of each label"))
  }

  // MARK: what gives its input again

  @Test func `anomalies are told by the error of the reconstruction`() throws {
    let data = try arrays(Self.path("autoencoder.npz"))
    let inputs = try floats(data["x_test"])
    let isAnomaly = try floats(data["y_test"]).map { $0 == 1 }
    let answers = try floats(try arrays(Self.path("autoencoder-answers.npz"))["again"])
    let (path, said) = try quantize("autoencoder.tflite")
    #expect(said["compared_with"] as? String == "input" && said["anomaly"] as? String == "1")
    let out = folder.path("int8.npy")
    #expect(try OctetProcess.run("predict", path, Self.path("autoencoder.npz"), "--out", out).status == 0)
    let array = try NPYArray.read(path: out)
    var areas: [Double] = []
    for (prefix, values) in [("float_", answers), ("", array.floats(0..<array.count))] {
      let scores = (0..<80).map { item in
        (36 * item..<36 * (item + 1)).reduce(0.0) { sum, place in
          sum + pow(Double(values[place]) - Double(inputs[place]), 2)
        } / 36
      }
      var (higher, pairs) = (0.0, 0.0)
      for one in 0..<80 where isAnomaly[one] {
        for other in 0..<80 where !isAnomaly[other] {
          pairs += 1
          higher += scores[one] > scores[other] ? 1 : scores[one] == scores[other] ? 0.5 : 0
        }
      }
      areas.append(higher / pairs)
      // Scores that nearly tie may change places by the last digit of a float.
      #expect(try abs(number(said, prefix + "auc") - higher / pairs) < 0.002)
      #expect(try abs(number(said, prefix + "mean_square_error") / (scores.reduce(0, +) / 80) - 1) < 1e-4)
    }
    #expect(areas[0] > 0.8 && abs(areas[1] - areas[0]) <= 0.005)

    let turned = try OctetProcess.run(
      "evaluate", path, "--data", Self.path("autoencoder.npz"), "--anomaly", "0", "--json")
    let figures = try #require(try turned.objects().first)
    #expect(try abs(number(figures, "auc") + number(said, "auc") - 1) < 1e-9)
    #expect(turned.errors.contains("AUC is below 0.5"))
    try OctetProcess.run("evaluate", path, "--data", Self.path("autoencoder.npz"), "--anomaly", "2")
      .expectRefusal(1, "--anomaly 2", "0, 1")
    let (regression, _) = try quantize("regression.keras")
    try OctetProcess.run("evaluate", regression, "--data", Self.path("regression.npz"), "--anomaly", "1")
      .expectRefusal(1, "--anomaly 1", "give their input again")
    let page = folder.path("page.html")
    let report = try OctetProcess.run(
      "report", path, "--against", Self.path("autoencoder.tflite"), "--data", Self.path("autoencoder.npz"),
      "--out", page)
    #expect(report.status == 0, "\(report.errors)")
    let html = try #require(try folder.contents(of: "page.html"))
    for words in [
      "Where int8 differs most from float", "Items by their mean square error", "Signal over the noise",
    ] {
      #expect(html.contains(words), "\(words)")
    }
  }
}
