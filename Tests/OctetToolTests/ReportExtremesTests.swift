import Foundation
import OctetInterchange
import OctetTraining
import TestSupport
import Testing

/// Pages about networks of unusual shapes and models with numbers that do not occur in training, but can be in a file.
@Suite struct ReportExtremesTests {
  @Test(arguments: [
    "input 784\nconv 5 1x1 relu\ndense 10 softmax",
    "input 1x1x784\nconv 5 1x1 relu\nflatten\ndense 10 softmax",
  ])
  func `show the filters of a convolution that does not read a picture`(network: String) throws {
    let training = try SmallTraining(images: 40)
    try training.folder.write(network, to: "small.network")
    let (float, integer) = (training.folder.path("model.safetensors"), training.folder.path("model.octet"))
    let data = training.folder.path("data")
    for arguments in [
      training.arguments(["--epochs", "1"]), ["quantize", float, "--data", data],
      ["evaluate", integer, "--against", float, "--data", data],
    ] {
      let page = training.folder.path("\(arguments[0]).html")
      let result = try training.run(arguments + ["--report", page])
      #expect(result.status == 0, "\(arguments[0]): \(result.errors)")
    }
    for (name, model) in [("float", float), ("integer", integer)] {
      let result = try training.run([
        "report", model, "--data", data, "--out", training.folder.path("\(name).html"),
      ])
      #expect(result.status == 0, "\(name): \(result.errors)")
    }
    for name in ["train", "quantize", "evaluate", "float", "integer"] {
      let page = try training.folder.contents(of: "\(name).html") ?? ""
      #expect(page.contains("The weights of 5 filters of "), "\(name)")
      #expect(page.contains(", 1 by 1 each."), "\(name)")
    }
  }

  /// A model with one dense layer whose last bias is `bias` and whose other one is its negative.
  private func model(_ text: String, bias: Float, in training: SmallTraining) throws -> String {
    try training.folder.write(text, to: "small.network")
    let trained = try training.train("--epochs", "1", "-q")
    try #require(trained.status == 0, "\(trained.errors)")
    let path = training.folder.path("model.safetensors")
    var model = try FloatModelFile.load(path: path)
    let index = try #require(model.parameters.lastIndex { $0.name.hasSuffix(".bias") })
    model.parameters[index].values[0] = bias
    model.parameters[index].values[1] = -bias
    try FloatModelFile.save(model, path: path)
    return path
  }

  @Test(arguments: ["", " softmax"])
  func `hold values as large as floats are`(activation: String) throws {
    for bias: Float in [3e37, 3e38] {
      let training = try SmallTraining(images: 40)
      let path = try model("input 784\ndense 10\(activation)", bias: bias, in: training)
      let result = try training.run([
        "report", path, "--data", training.folder.path("data"), "--out", training.folder.path("page.html"),
      ])
      #expect(result.status == 0, "\(bias): \(result.errors)")
      let page = try #require(try training.folder.contents(of: "page.html"))
      #expect(page.contains("maps-dense-1") || page.contains("Output of dense-1"))
    }
  }

  @Test
  func `are refused in one line where the answers are not finite`() throws {
    let training = try SmallTraining(images: 40)
    let path = try model("input 784\ndense 10 softmax", bias: 1, in: training)
    var model = try FloatModelFile.load(path: path)
    let index = try #require(model.parameters.firstIndex { $0.name == "dense-1.weight" })
    for place in model.parameters[index].values.indices { model.parameters[index].values[place] = 3e38 }
    try FloatModelFile.save(model, path: path)
    let result = try training.run([
      "report", path, "-q", "--data", training.folder.path("data"), "--out",
      training.folder.path("page.html"),
    ])
    result.expectRefusal(1, "model.safetensors", "not finite", "weights are too large")
    #expect(try training.folder.contents(of: "page.html") == nil)
  }
}
