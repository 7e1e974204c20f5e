import Foundation
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetTraining
import Testing

/// Models that Keras saved give Keras' own outputs.
struct KerasImportTests {
  struct Answers: Decodable {
    let pictures: [[UInt8]]
    let pixels: [Float]
    let outputs: [[Float]]
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Models")

  static let files: [URL] =
    ((try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? [])
    .filter { ["keras", "h5"].contains($0.pathExtension) }.sorted { $0.path < $1.path }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: Self.folder.appending(path: name)))
  }

  @Test func `the models are there`() {
    #expect(Self.files.count == 46)
  }

  @Test(arguments: files)
  func `outputs are those of Keras`(url: URL) throws {
    let answers = try JSONDecoder().decode(
      Answers.self, from: Data(contentsOf: url.deletingPathExtension().appendingPathExtension("json")))
    let pixels = PixelRange(answers.pixels[0]...answers.pixels[1])
    let own = try FloatModel(keras: Array(Data(contentsOf: url)), path: url.lastPathComponent)
    let model = try own.taking(pixels: pixels)
    let workers = Workers(count: 1)
    let network = try model.makeNetwork(capacity: 6, workers: workers)
    let images = LabeledItems(
      shape: network.input.shape, pixels: answers.pictures.flatMap { $0 },
      labels: answers.pictures.map { _ in 0 }, classNames: ["0"])
    let rows = network.outputs(images, activation: model.network.outputActivation, workers: workers)
    #expect(rows.count == answers.outputs.count && !rows.isEmpty)
    for (row, expected) in zip(rows, answers.outputs) {
      #expect(row.count == expected.count)
      for (found, value) in zip(row, expected) { #expect(abs(found - value) <= 1e-5 * max(1, abs(value))) }
    }
  }

  @Test(arguments: [-1...1, 0...255, 0.1...0.2] as [ClosedRange<Float>])
  func `pixels of another range are taken in where no border is in the way`(pixels: ClosedRange<Float>) throws
  {
    let workers = Workers(count: 1)
    let texts = [
      "input 6x6x1\nconv 3 3x3 no-bias relu\nflatten\ndense 4",
      "input 6x6x1\nflatten\ndense 4 no-bias relu\ndense 3",
      "input 6x6x1\nconv 2 3x3 padding same\nglobalaveragepool", "input 36\ndense 3 softmax",
      "input 6x6x1\na = conv 1 1x1\nadd input\nflatten\ndense 2",
    ]
    for (index, text) in texts.enumerated() {
      let description = try NetworkDescription(text: text)
      let network = try Network(description, capacity: 4, seed: 5, workers: workers, forTraining: false)
      let outputs = try description.shapes().last?.count ?? 0
      let model = FloatModel(
        network: description, classNames: (0..<outputs).map(String.init),
        parameters: network.parameters.map { NamedValues(name: $0.name, shape: $0.shape, values: $0.array) })
      let taken = try model.taking(pixels: PixelRange(pixels))
      let isFolded = index == 0 || index == 1 || index == 3
      #expect(taken.network.layers.count == description.layers.count + (isFolded ? 0 : 1))
      let other = try taken.makeNetwork(capacity: 4, workers: workers)
      for place in 0..<4 * network.input.shape.count {
        let pixel = Float((place * 37) % 256) / 255
        other.input.base[place] = pixel
        network.input.base[place] = pixels.lowerBound + (pixels.upperBound - pixels.lowerBound) * pixel
      }
      other.forward(count: 4)
      network.forward(count: 4)
      for (own, found) in zip(network.output.values(4), other.output.values(4)) {
        #expect(abs(own - found) <= 1e-4 * max(1, abs(own)), "\(text)")
      }
    }
  }

  @Test(arguments: [
    PixelRange.tf, .torch, .caffe, PixelRange(mean: [0.5, 0.4, 0.3], deviation: [0.1, 2, 0.3]),
  ])
  func `each channel of the pixels has a range of its own`(pixels: PixelRange) throws {
    let workers = Workers(count: 1)
    let texts = [
      "input 5x4x3\nconv 3 3x3 no-bias relu\nflatten\ndense 4", "input 5x4x3\nflatten\ndense 4 no-bias",
      "input 5x4x3\nconv 2 3x3 padding same\nglobalaveragepool", "input 60\ndense 3 softmax",
      "input 5x4x3\ndepthwise 3x3\nflatten\ndense 2",
    ]
    for text in texts {
      let description = try NetworkDescription(text: text)
      let network = try Network(description, capacity: 2, seed: 5, workers: workers, forTraining: false)
      let model = FloatModel(
        network: description, classNames: [],
        parameters: network.parameters.map { NamedValues(name: $0.name, shape: $0.shape, values: $0.array) })
      let other = try model.taking(pixels: pixels).makeNetwork(capacity: 2, workers: workers)
      for place in 0..<2 * network.input.shape.count {
        let (pixel, channel) = (Double(place * 37 % 256), place % pixels.lows.count)
        let (low, high) = (Double(pixels.lows[channel]), Double(pixels.highs[channel]))
        other.input.base[place] = Float(pixel / 255)
        network.input.base[place] = Float(low + (high - low) * pixel / 255)
      }
      other.forward(count: 2)
      network.forward(count: 2)
      for (own, found) in zip(network.output.values(2), other.output.values(2)) {
        #expect(abs(own - found) <= 2e-4 * max(1, abs(own)), "\(text)")
      }
    }
    // Three ranges are for three channels.
    let gray = try NetworkDescription(text: "input 4x4x1\nflatten\ndense 2")
    if pixels.lows.count == 3 {
      #expect(throws: NetworkError.self) {
        try FloatModel(network: gray, classNames: [], parameters: []).taking(pixels: pixels)
      }
    }
  }

  @Test func `what preprocessing makes of pixels`() {
    // The numbers of Keras' preprocess_input for a pixel of (10, 100, 250), in its modes.
    func values(_ range: PixelRange, _ pixel: [Float]) -> [Float] {
      (0..<3).map { range.low($0) + range.span($0) * pixel[$0] / 255 }
    }
    func near(_ found: [Float], _ expected: [Float]) -> Bool {
      zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 * max(1, abs($1)) }
    }
    #expect(near(values(.tf, [10, 100, 250]), [-0.92156863, -0.21568628, 0.96078432]))
    #expect(near(values(.torch, [10, 100, 250]), [-1.9466564, -0.28501401, 2.552854]))
    // Blue first.
    #expect(near(values(.caffe, [250, 100, 10]), [146.061, -16.779, -113.68]))
  }

  @Test func `a model that scales its input says so`() throws {
    let file = try bytes("rescaled.keras")
    #expect(try FloatModel(keras: file, path: "rescaled.keras").scalesPixels)
    #expect(try !FloatModel(keras: bytes("sequential.keras"), path: "sequential.keras").scalesPixels)
  }

  @Test func `what is not known is named`() throws {
    let file = try bytes("sequential.h5")
    /// The file with words of the same length exchanged; what a layer is stands in a text.
    func changed(_ word: String, _ other: String) -> [UInt8] {
      precondition(word.utf8.count == other.utf8.count)
      var bytes = file
      let wanted = Array(word.utf8)
      for place in 0..<bytes.count - wanted.count
      where bytes[place..<place + wanted.count].elementsEqual(wanted) {
        bytes.replaceSubrange(place..<place + wanted.count, with: Array(other.utf8))
      }
      return bytes
    }
    let cases: [(String, String, String)] = [
      ("\"MaxPooling2D\"", "\"MixPooling2D\"", "Supported: Activation, ActivityRegularization, Add"),
      ("\"tanh\"", "\"tant\"", "linear, relu, relu6, sigmoid"),
      ("\"channels_last\"", "\"channels_frst\"", "channels_last and channels_first"),
      ("\"padding\": \"same\"", "\"padding\": \"some\"", "valid and same"),
      ("\"Sequential\"", "\"Subclassed\"", "Functional"),
      ("\"units\": 5", "\"units\": 7", "shape [16, 5] where [16, 7]"),
      ("\"depth_multiplier\": 2", "\"depth_multiplier\": 3", "needed"),
    ]
    for (word, other, message) in cases {
      let error = #expect(throws: ImportError.self, "\(word)") {
        try FloatModel(keras: changed(word, other), path: "x.h5")
      }
      #expect(error?.description.contains(message) == true, "\(word): \(error?.description ?? "")")
    }
    for bytes: [UInt8] in [
      [], [0x89], Array("PK".utf8), Array("PK\u{5}\u{6}".utf8) + [UInt8](repeating: 0xFF, count: 40),
    ] {
      #expect(throws: ImportError.self) { try FloatModel(keras: bytes, path: "x.keras") }
    }
  }

  @Test(arguments: files)
  func `a file cut short or changed is an error or a model`(url: URL) throws {
    let file = Array(try Data(contentsOf: url))
    func read(_ bytes: [UInt8]) {
      do throws(ImportError) {
        _ = try FloatModel(keras: bytes, path: "changed")
      } catch {
        #expect(!error.description.contains("\n"))
      }
    }
    for count in stride(from: 0, to: file.count, by: 499) { read(Array(file[..<count])) }
    var random = RandomStream(seed: 5, purpose: .testing)
    for _ in 0..<150 {
      var changed = file
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let value = [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)].randomElement(
          using: &random)
        changed[Int.random(in: 0..<file.count, using: &random)] = value ?? 0
      }
      read(changed)
    }
  }
}
