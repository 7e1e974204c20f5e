import Foundation
import OctetData
import OctetImages
import TestSupport
import Testing

/// A folder with data, a trained and a quantized model, and pictures: what every command needs to write a page.
struct ReportSample {
  let training: SmallTraining

  var folder: TemporaryFolder { training.folder }

  /// Trains two epochs on a few synthetic digits.
  init(images: Int = 200) throws {
    training = try SmallTraining(images: images)
    let result = try training.train("--epochs", "2", "--report", folder.path("train.html"))
    try #require(result.status == 0, "\(result.errors)")
    let quantized = try run("quantize", path("model.safetensors"), "--report", path("quantize.html"))
    try #require(quantized.status == 0, "\(quantized.errors)")
    let digits = SyntheticDigits.generate(count: 12, seed: 4)
    try FileManager.default.createDirectory(atPath: path("pictures"), withIntermediateDirectories: false)
    for index in 0..<digits.count {
      let pixels = digits.pixels[index * 784..<(index + 1) * 784]
      // Every third is dark ink on a sheet of another size.
      let png =
        index % 3 == 0
        ? ReportSample.sheet(Array(pixels))
        : PNGWriter.encode(width: 28, height: 28, pixels: Array(pixels).span)
      try folder.write(png, to: "pictures/\(digits.classNames[Int(digits.labels[index])])-\(index).png")
    }
    try folder.write([1, 2, 3] as [UInt8], to: "pictures/0-broken.png")
  }

  private static func sheet(_ digit: [UInt8]) -> [UInt8] {
    let (width, height) = (90, 70)
    var pixels = [UInt8](repeating: 250, count: width * height)
    for place in digit.indices {
      for (down, across) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        pixels[(place / 28 * 2 + 7 + down) * width + place % 28 * 2 + 17 + across] =
          255 - max(digit[place], 5)
      }
    }
    return PNGWriter.encode(width: width, height: height, pixels: pixels.span)
  }

  func path(_ name: String) -> String { folder.path(name) }

  /// On the sample's data, unless the command reads none.
  func run(_ arguments: String...) throws -> OctetProcess.Result {
    let data = arguments[0] == "classify" ? [] : ["--data", path("data")]
    return try training.run(arguments + data)
  }

  func page(_ name: String) throws -> String { try #require(try folder.contents(of: name)) }

  /// Every page that there is, one for each command.
  func pages() throws -> [String] {
    for arguments in [
      [
        "evaluate", path("model.octet"), "--against", path("model.safetensors"), "--report",
        path("evaluate.html"), "--data", path("data"),
      ],
      [
        "report", path("model.octet"), "--against", path("model.safetensors"), "--out", path("report.html"),
        "--data", path("data"),
      ],
      ["report", path("model.safetensors"), "--out", path("float.html"), "--data", path("data")],
      ["data", "show", "--report", path("data.html"), "--data", path("data")],
      [
        "explain", path("model.octet"), "--image", "3", "--against", path("model.safetensors"), "--report",
        path("explain.html"), "--data", path("data"),
      ],
      ["compare", path("model.safetensors"), path("model.octet"), "--report", path("compare.html")],
    ] {
      let result = try training.run(arguments)
      try #require(result.status == 0, "\(arguments): \(result.errors)")
    }
    let classified = try training.run([
      "classify", path("model.octet"), path("pictures"), "--labels", "names", "--report",
      path("classify.html"), "-q",
    ])
    try #require(classified.status == 1)
    let names = [
      "train", "quantize", "evaluate", "report", "float", "data", "classify", "explain", "compare",
    ]
    return names.map { path("\($0).html") }
  }
}
