import Foundation
import Octet
import OctetHost
import OctetImages
import OctetTraining
import TestSupport
import Testing

/// Models of three channels, from class folders of pictures in color to answers about such pictures.
struct ColorPictureTests {
  private let folder: TemporaryFolder
  private static let colors: [(name: String, color: [Int])] = [
    ("blue", [30, 40, 200]), ("green", [40, 190, 50]), ("red", [210, 30, 40]),
  ]

  init() throws {
    folder = try TemporaryFolder()
    var random = RandomStream(seed: 17, purpose: .testing)
    for (name, color) in Self.colors {
      for index in 0..<20 {
        try folder.write(
          Self.picture(color, width: 6, height: 4, &random), to: "colors/\(name)/\(index)-\(name).png")
      }
      try folder.write(Self.picture(color, width: 13, height: 29, &random), to: "large/\(name)/1-\(name).png")
    }
    try folder.write(
      "input 4x6x3\nconv 4 3x3 padding same relu\nglobalaveragepool\ndense 3 softmax\nepochs 30\nbatch 8\nseed 1\n"
        + "learning-rate 0.02\n",
      to: "colors.network")
    try expectSuccess(
      "train", "--network", folder.path("colors.network"), "--data", folder.path("colors"), "--out",
      folder.path("colors.safetensors"), "-q")
  }

  private static func picture(
    _ color: [Int], width: Int, height: Int, _ random: inout RandomStream
  ) -> [UInt8] {
    let pixels = (0..<width * height).flatMap { _ in
      color.map { UInt8($0 + Int(random.next() % 50) - 25) }
    }
    return PNGWriter.encode(width: width, height: height, channels: 3, pixels: pixels.span)
  }

  private func run(_ arguments: [String]) throws -> OctetProcess.Result {
    try OctetProcess.run(
      arguments, environment: ["OCTET_MNIST": "", "XDG_CACHE_HOME": "", "HOME": folder.path])
  }

  @discardableResult
  private func expectSuccess(_ arguments: String...) throws -> OctetProcess.Result {
    let result = try run(arguments)
    try #require(result.status == 0, "\(arguments): \(result.output)\(result.errors)")
    return result
  }

  /// The class that each file is given, by the name of its own.
  private func classes(_ arguments: String...) throws -> [String: Set<String>] {
    let result = try run(["classify", "--json"] + arguments)
    try #require(result.status == 0, "\(result.output)\(result.errors)")
    var found: [String: Set<String>] = [:]
    for object in try result.objects() {
      let file = try #require(object["file"] as? String)
      let name = try #require(file.split(separator: "/").dropLast().last)
      found[String(name), default: []].insert(try #require(object["class"] as? String))
    }
    return found
  }

  private let own = ["blue": ["blue"], "green": ["green"], "red": ["red"]] as [String: Set<String>]

  @Test func `pictures in color are classified as they are`() throws {
    let file = folder.path("colors.octet")
    try expectSuccess("quantize", folder.path("colors.safetensors"), "--data", folder.path("colors"), "-q")
    #expect(try classes(file, folder.path("colors")) == own)
    // What the network saw is the picture itself.
    try expectSuccess(
      "classify", file, folder.path("colors/red/0-red.png"), "--save-input", folder.path("seen"))
    #expect(
      try ByteFile.contents(at: folder.path("seen/000001-0-red.png"), limit: 1 << 20)
        == ByteFile.contents(at: folder.path("colors/red/0-red.png"), limit: 1 << 20))
    let refused = try run(["classify", file, folder.path("large/red/1-red.png")])
    #expect(refused.status == 1 && refused.errors.contains("--fit stretch"))
    // Ink is looked for in gray pictures only.
    for options in [["--fit", "digit"], ["--fit", "auto"], ["--invert", "auto"]] {
      let refused = try run(["classify", file, folder.path("colors/red/0-red.png")] + options)
      #expect(refused.status == 1 && refused.errors.contains("ink"), "\(refused.errors)")
    }
    try expectSuccess(
      "classify", file, folder.path("colors"), "--labels", "folders", "--report", folder.path("p.html"))
  }

  @Test(arguments: ["stretch", "crop", "pad"])
  func `a model keeps how its pictures are scaled`(fit: String) throws {
    let file = folder.path("\(fit).octet")
    try expectSuccess(
      "quantize", folder.path("colors.safetensors"), "--data", folder.path("large"), "--fit", fit, "--out",
      file,
      "-q")
    #expect(try expectSuccess("inspect", file).output.contains("\npictures: fit \(fit), invert no\n"))
    if fit != "pad" { #expect(try classes(file, folder.path("large")) == own) }
    let evaluated = try expectSuccess("evaluate", file, "--data", folder.path("large"), "--json")
    let accuracy = try #require(evaluated.objects().last?["accuracy"] as? Double)
    let right = try classes(file, folder.path("large")).count { $0.value == [$0.key] }
    #expect(abs(accuracy - Double(right) / 3) < 1e-9)
    // Negatives are of other colors.
    #expect(try classes(file, folder.path("large"), "--invert", "yes") != own)
  }

  @Test func `a model that takes blue first gets it so`() throws {
    var model = try FloatModelFile.load(path: folder.path("colors.safetensors"))
    model.pictureForm = PictureForm(fit: .exact, inversion: .no, takesBlueFirst: true)
    try FloatModelFile.save(model, path: folder.path("turned.safetensors"))
    try expectSuccess("quantize", folder.path("turned.safetensors"), "--data", folder.path("colors"), "-q")
    let turned = ["blue": ["red"], "green": ["green"], "red": ["blue"]] as [String: Set<String>]
    let file = folder.path("turned.octet")
    #expect(
      try expectSuccess("inspect", file).output.contains("\npictures: fit exact, invert no, blue first\n"))
    #expect(try classes(file, folder.path("colors")) == turned)
    // Whole pictures and rows alike.
    let pixels = try expectSuccess(
      "classify", file, folder.path("colors/red/0-red.png"), "--save-input", folder.path("seen"), "--json")
    #expect(try pixels.objects().first?["class"] as? String == "blue")
    let evaluated = try expectSuccess("evaluate", file, "--data", folder.path("colors"), "--json")
    let accuracy = try #require(evaluated.objects().last?["accuracy"] as? Double)
    #expect(abs(accuracy - 1 / 3) < 1e-9)
  }

  @Test func `gray pictures are pictures in color without color`() throws {
    try expectSuccess("quantize", folder.path("colors.safetensors"), "--data", folder.path("colors"), "-q")
    let gray = PNGWriter.encode(width: 6, height: 4, pixels: [UInt8](repeating: 90, count: 24).span)
    let color = PNGWriter.encode(
      width: 6, height: 4, channels: 3, pixels: [UInt8](repeating: 90, count: 72).span)
    try folder.write(gray, to: "gray.png")
    try folder.write(color, to: "color.png")
    let lines = try ["gray.png", "color.png"].map { name in
      let result = try run(["classify", folder.path("colors.octet"), folder.path(name), "--json"])
      return try #require(try result.objects().first?["logits"] as? [Int])
    }
    #expect(lines[0] == lines[1])
  }

  @Test(.enabled(if: JPEGReader.isAvailable, "libjpeg-turbo is not installed"))
  func `files that are JPEG are read by what is in them`() throws {
    try expectSuccess("quantize", folder.path("colors.safetensors"), "--data", folder.path("colors"), "-q")
    // One pixel, red, of Pillow's.
    let jpeg = try #require(
      Data(
        base64Encoded: """
          /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8X
          GBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAAR
          CAABAAEDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEG
          E1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWG
          h4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEB
          AQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYk
          NOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0
          tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDwyiiivzw/u0//2Q==
          """, options: .ignoreUnknownCharacters))
    try folder.write([UInt8](jpeg), to: "jpegs/red/1.jpg")
    let file = folder.path("colors.octet")
    #expect(try classes(file, folder.path("jpegs"), "--fit", "stretch") == ["red": ["red"]])
    try folder.write([UInt8](jpeg.dropLast(20)), to: "cut.jpg")
    let refused = try run(["classify", file, folder.path("cut.jpg"), "--fit", "stretch"])
    #expect(refused.status == 1 && refused.errors.contains("cut.jpg: is damaged ("))
  }
}
