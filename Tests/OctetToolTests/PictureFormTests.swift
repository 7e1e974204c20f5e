import Foundation
import Octet
import OctetData
import OctetHost
import OctetImages
import OctetInterchange
import TestSupport
import Testing

/// How pictures become the network's input is the model's property: from training on, in every command.
struct PictureFormTests {
  private let folder: TemporaryFolder

  /// Pictures of 16x16 whose class is whether their frame is bright or dark: turning dark on light over makes both the
  /// same.
  init() throws {
    folder = try TemporaryFolder()
    var random = RandomStream(seed: 3, purpose: .testing)
    for (name, frame) in [("bright", UInt8(230)), ("dark", UInt8(25))] {
      try FileManager.default.createDirectory(
        atPath: folder.path("frames/\(name)"), withIntermediateDirectories: true)
      for index in 0..<40 {
        var pixels = [UInt8](repeating: frame, count: 256)
        for row in 3..<13 {
          for column in 3..<13 { pixels[row * 16 + column] = UInt8.random(in: 80...170, using: &random) }
        }
        try folder.write(
          PNGWriter.encode(width: 16, height: 16, pixels: pixels.span), to: "frames/\(name)/\(index).png")
      }
    }
    try folder.write(
      "input 16x16x1\nflatten\ndense 2 softmax\nepochs 8\nbatch 8\nseed 1\n", to: "frames.network")
  }

  private func run(_ arguments: String...) throws -> OctetProcess.Result {
    try OctetProcess.run(
      arguments, environment: ["OCTET_MNIST": "", "XDG_CACHE_HOME": "", "HOME": folder.path])
  }

  private func object(_ text: String) throws -> [String: Any] {
    let line = try #require(text.split(separator: "\n").last)
    return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  private func train(_ name: String, _ more: [String] = []) throws -> Double {
    let result = try OctetProcess.run(
      [
        "train", "--network", folder.path("frames.network"), "--data", folder.path("frames"), "--out",
        folder.path("\(name).safetensors"), "--json", "-q",
      ] + more)
    try #require(result.status == 0, "\(result.errors)")
    return try #require(try object(result.output)["test_accuracy"] as? Double)
  }

  private func quantize(_ name: String, _ more: [String] = []) throws -> [String: Any] {
    let result = try OctetProcess.run(
      ["quantize", folder.path("\(name).safetensors"), "--data", folder.path("frames"), "--json"] + more)
    try #require(result.status == 0, "\(result.errors)")
    return try object(result.output)
  }

  /// What inspect shows, as text and as JSON.
  private func form(_ name: String) throws -> [String] {
    let path = folder.path("\(name).octet")
    let pictures = try #require(
      try object(try run("inspect", path, "--json").output)["pictures"] as? [String: String])
    let (fit, invert) = (try #require(pictures["fit"]), try #require(pictures["invert"]))
    #expect(try run("inspect", path).output.contains("\npictures: fit \(fit), invert \(invert)\n"))
    return [fit, invert]
  }

  @Test func `pictures that are no digits are taken as they are`() throws {
    #expect(try train("frames") == 1)
    let float = try FloatModelFile.load(path: folder.path("frames.safetensors"))
    #expect(float.pictureForm == .unchanged)
    let report = try quantize("frames")
    #expect(report["accuracy"] as? Double == 1 && report["float_accuracy"] as? Double == 1)
    #expect(try form("frames") == ["exact", "no"])
    let file = folder.path("frames.octet")
    let evaluated = try run("evaluate", file, "--data", folder.path("frames"), "--json")
    #expect(try object(evaluated.output)["accuracy"] as? Double == 1)
    let classified = try run("classify", file, folder.path("frames"), "--labels", "folders", "--json", "-q")
    #expect(classified.status == 0 && !classified.output.contains(#""inverted":true"#))
    #expect(try object(classified.output)["accuracy"] as? Double == 1)
    // Both programs say the same of each file.
    let paths = ["bright/0.png", "dark/0.png"].map { folder.path("frames/\($0)") }
    let one = try OctetProcess.run(["classify", file] + paths + ["--json", "-q"])
    let other = try OctetProcess.run(
      [file] + paths + ["--json"], executable: BuiltProducts.path(of: "octet-classify"))
    #expect(one.output == other.output && one.status == 0)
  }

  @Test func `both can be told, and the model keeps what it was told`() throws {
    // On a guess for each picture the frames look alike.
    #expect(try train("guessed", ["--invert", "auto"]) < 0.9)
    _ = try quantize("guessed")
    #expect(try form("guessed") == ["exact", "auto"])
    #expect(try train("turned", ["--invert", "yes"]) == 1)
    let turned = try quantize("turned")
    #expect(turned["accuracy"] as? Double == 1)
    #expect((turned["data"] as? String)?.contains("80 pictures were inverted") == true)
    #expect(try form("turned") == ["exact", "yes"])
    let file = folder.path("turned.octet")
    let frames = folder.path("frames")
    #expect(try object(run("evaluate", file, "--data", frames, "--json").output)["accuracy"] as? Double == 1)
    let wrong = try run("evaluate", file, "--data", frames, "--json", "--invert", "no")
    #expect(try object(wrong.output)["accuracy"] as? Double == 0)
    let classified = try run(
      "classify", file, frames, "--labels", "folders", "--json", "-q", "--invert", "no")
    #expect(try object(classified.output)["accuracy"] as? Double == 0)
    // Quantizing may say otherwise; the float model stays what it is.
    _ = try quantize("turned", ["--fit", "auto", "--invert", "no"])
    #expect(try form("turned") == ["auto", "no"])
  }

  @Test func `a picture of another size is refused where the model fits none`() throws {
    _ = try train("frames")
    _ = try quantize("frames")
    try folder.write(ClassifySample.png([UInt8](repeating: 9, count: 400), width: 20), to: "large.png")
    let result = try run("classify", folder.path("frames.octet"), folder.path("large.png"))
    #expect(result.status == 1 && result.errors.contains("20 x 20 pixels, and the model needs 16 x 16"))
    #expect(result.errors.contains("--fit stretch, crop, pad, or auto"))
  }

  @Test func `options for pictures need pictures`() throws {
    let training = try SmallTraining(images: 120)
    try #require(try training.train("--epochs", "1").status == 0)
    let model = training.folder.path("model.safetensors")
    let quantized = try training.run(["quantize", model, "--data", training.folder.path("data"), "-q"])
    try #require(quantized.status == 0, "\(quantized.errors)")
    let file = training.folder.path("model.octet")
    // MNIST's size and classes: digits, as ever.
    #expect(try #require(try training.folder.bytes(of: "model.octet"))[27] == 0)
    try training.run(["evaluate", file, "--data", training.folder.path("data"), "--invert", "no"])
      .expectRefusal(2, "--invert is for pictures in files")
    try training.run(["evaluate", file, "--data", training.folder.path("data"), "--fit", "no"])
      .expectRefusal(2, "auto, exact, digit")
  }

  @Test func `digits of any size and colour are fitted for training too`() throws {
    let digits = SyntheticDigits.generate(count: 60, seed: 9)
    for index in 0..<digits.count {
      let name = digits.classNames[Int(digits.labels[index])]
      try FileManager.default.createDirectory(
        atPath: folder.path("digits/\(name)"), withIntermediateDirectories: true)
      let pixels = Array(digits.pixels[index * 784..<(index + 1) * 784])
      // Every other is twice as large, and dark on light.
      let png =
        index % 2 == 0
        ? ClassifySample.png(pixels, width: 28)
        : ClassifySample.png(
          (0..<56 * 56).map { 255 - pixels[$0 / 56 / 2 * 28 + $0 % 56 / 2] }, width: 56)
      try folder.write(png, to: "digits/\(name)/\(index).png")
    }
    let data = folder.path("digits")
    let trained = try run(
      "train", "--recipe", "dense-dropout", "--epochs", "1", "--data", data, "--out",
      folder.path("digits.safetensors"))
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.output.contains("30 pictures were fitted"))
    #expect(trained.output.contains("30 pictures have dark ink on light paper and were inverted"))
    #expect(trained.output.contains("\nPictures: fit auto, invert auto\n"))
    // As they are they have two sizes.
    let exact = try run(
      "train", "--recipe", "dense-dropout", "--epochs", "1", "--data", data, "--fit", "exact", "--out",
      folder.path("digits.safetensors"))
    #expect(exact.status == 1 && exact.errors.contains("make all pictures the same size"))
  }

  @Test func `a picture of the model's size without inversion is taken as it is`() throws {
    let sample = try ClassifySample(digits: 4)
    for index in 0..<4 {
      let dark = sample.pixels(index).map { 255 - $0 }
      try sample.folder.write(ClassifySample.png(dark, width: 28), to: "dark.png")
      let result = try sample.classify([sample.folder.path("dark.png"), "--invert", "no", "--json", "-q"])
      let said = try object(result.output)
      #expect(said["logits"] as? [Int] == (try ClassifySample.answer(dark).logits))
      #expect(said["fit"] as? String == "exact" && said["inverted"] as? Bool == false)
    }
    // Even one of a single gray.
    let gray = [UInt8](repeating: 77, count: 784)
    try sample.folder.write(ClassifySample.png(gray, width: 28), to: "gray.png")
    let path = sample.folder.path("gray.png")
    let taken = try sample.classify([path, "--invert", "no", "--json", "-q"])
    #expect(try object(taken.output)["logits"] as? [Int] == (try ClassifySample.answer(gray).logits))
    #expect(try sample.classify([path, "-q"]).status == 1)
  }
}
