import Foundation
import OctetData
import OctetImages
import TestSupport
import Testing

/// `octet explain`, and the explanations on the page of `octet evaluate`.
@Suite struct ExplainTests {
  private static func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  @Test
  func `a test image is explained: answers, lead, layers, pixels and what is near`() throws {
    let sample = try ReportSample(images: 120)
    let result = try sample.run(
      "explain", sample.path("model.octet"), "--image", "7", "--against", sample.path("model.safetensors"),
      "--json", "--report", sample.path("explain.html"))
    #expect(result.status == 0, "\(result.errors)")
    let found = try Self.object(result.output)
    let test = SyntheticDigits.generate(count: 50, seed: 6)
    #expect(found["true_class"] as? String == test.classNames[Int(test.labels[7])])
    let answers = try #require(found["answers"] as? [[String: Any]])
    #expect(answers.map { $0["model"] as? String } == ["int8 answer", "float answer"])

    let image = Array(test.pixels[7 * 784..<8 * 784])
    let classes = test.classNames
    let answer = try #require(found["answer"] as? String)
    let other = try #require(found["other"] as? String)
    let (lead, effects) = try effects(
      of: sample, image, try #require(classes.firstIndex(of: answer)),
      try #require(classes.firstIndex(of: other)))
    #expect(found["lead"] as? Int == lead)
    #expect(found["effects"] as? [Int] == effects)

    let layers = try #require(found["layers"] as? [[String: Any]])
    #expect(layers.map { $0["name"] as? String } == ["conv-1", "dense-1", "dense-2"])
    for layer in layers {
      #expect(try #require(layer["decibels"] as? Double) > 10, "\(layer)")
    }

    // The nearest pictures, found here by a second calculation.
    let training = SyntheticDigits.generate(count: 120, seed: 5)
    let neighbors = try #require(found["neighbors"] as? [[String: Any]])
    var nearest: [(distance: Double, number: Int)] = []
    for (index, label) in training.labels.enumerated() where training.classNames[Int(label)] == answer {
      var sum = 0
      for (one, other) in zip(training.pixels[index * 784..<(index + 1) * 784], image) {
        sum += (Int(one) - Int(other)) * (Int(one) - Int(other))
      }
      nearest.append(((Double(sum) / 784).squareRoot(), index))
    }
    nearest.sort { $0 < $1 }
    let told = neighbors.filter { $0["class"] as? String == answer }
    #expect(told.map { $0["number"] as? Int } == nearest.prefix(6).map { $0.number })
    for (neighbor, wanted) in zip(told, nearest) {
      #expect(abs(try #require(neighbor["distance"] as? Double) - wanted.distance) < 1e-9)
    }
    let page = try sample.page("explain.html")
    for part in ["The pixels that matter", "Signal to noise", "The nearest training pictures of \(answer)"] {
      #expect(page.contains(part), "\(part)")
    }
  }

  /// The lead, and what covering patches takes from it, by `octet predict` on pictures that are covered here.
  private func effects(
    of sample: ReportSample, _ image: [UInt8], _ answer: Int, _ other: Int
  ) throws -> (lead: Int, effects: [Int]) {
    // Patches of a seventh of the picture at every half of that.
    let corners = (0..<14).flatMap { row in (0..<14).map { (row * 2, $0 * 2) } }
    func isCovered(_ place: Int, _ corner: (Int, Int)) -> Bool {
      let (row, column) = (place / 28, place % 28)
      return row >= corner.0 && row < corner.0 + 4 && column >= corner.1 && column < corner.1 + 4
    }
    let covered = corners.flatMap { corner in image.indices.map { isCovered($0, corner) ? 0 : image[$0] } }
    let array = NPYArray(shape: [corners.count + 1, 28, 28], element: .uint8, bytes: image + covered)
    try sample.folder.write(array.file, to: "covered.npy")
    let result = try sample.training.run(
      ["predict", sample.path("model.octet"), sample.path("covered.npy"), "--integers"])
    let leads = try result.output.split(separator: "\n").map { line in
      let logits = try #require(try Self.object(String(line))["output"] as? [Int])
      return logits[answer] - logits[other]
    }
    try #require(leads.count == corners.count + 1)
    let effects = image.indices.map { place in
      let over = corners.indices.filter { isCovered(place, corners[$0]) }
      return over.reduce(0) { $0 + leads[0] - leads[$1 + 1] } / over.count
    }
    return (leads[0], effects)
  }

  @Test
  func `a picture from disk is explained without data, and what cannot be explained is refused`() throws {
    let sample = try ReportSample(images: 120)
    let picture = try #require(
      try FileManager.default.contentsOfDirectory(atPath: sample.path("pictures")).first {
        $0 != "0-broken.png"
      })
    let path = sample.path("pictures/\(picture)")
    let alone = try sample.training.run(["explain", sample.path("model.octet"), path])
    #expect(alone.status == 0, "\(alone.errors)")
    for part in ["int8 answer: ", "lead of ", "nearest training pictures of ", "Training pictures: "] {
      #expect(alone.output.contains(part), "\(part) is not in \(alone.output)")
    }
    let both = try sample.run("explain", sample.path("model.octet"), path, "--image", "1")
    #expect(both.status == 2 && both.errors.contains("--image"))
    let beyond = try sample.run("explain", sample.path("model.octet"), "--image", "50")
    #expect(beyond.status == 1 && beyond.errors.contains("the last is 49"))
    let broken = try sample.run("explain", sample.path("model.octet"), sample.path("pictures/0-broken.png"))
    #expect(broken.status == 1 && broken.errors.contains("0-broken.png"))
    let another = try sample.run(
      "explain", sample.path("model.octet"), path, "--against",
      "\(Python.repository.path)/Models/cnn-deep.safetensors")
    #expect(another.status == 0 && another.output.contains("float answer: "))
    #expect(another.output.contains("has other layers than the file"))
    #expect(!another.output.contains("Signal to noise of each layer"))
  }

  @Test
  func `the page of an evaluation explains each answer that changed`() throws {
    let sample = try ReportSample(images: 120)
    // Ternary weights change answers.
    let quantized = try sample.run(
      "quantize", sample.path("model.safetensors"), "--bits", "ternary", "--out", sample.path("ternary.octet")
    )
    try #require(quantized.status == 0, "\(quantized.errors)")
    let result = try sample.run(
      "evaluate", sample.path("ternary.octet"), "--against", sample.path("model.safetensors"), "--report",
      sample.path("evaluate.html"), "--json")
    #expect(result.status == 0, "\(result.errors)")
    let changed = try #require(try Self.object(result.output)["changed_items"] as? [Int])
    let page = try sample.page("evaluate.html")
    let links = page.split(separator: "href=\"#explanation-").dropFirst().map { $0.prefix { $0.isNumber } }
    #expect(!changed.isEmpty && Set(links.compactMap { Int($0) }) == Set(changed))
    for number in changed { #expect(page.contains("id=\"explanation-\(number)\""), "no. \(number)") }
  }

  @Test
  func `a number names the item that octet evaluate tests, also where data has no test set`() throws {
    let sample = try ReportSample()
    let classes = sample.path("classes")
    let made = try sample.run(
      "data", "export-png", "--set", "train", "--folders", "--count", "200", "--out", classes)
    try #require(made.status == 0, "\(made.errors)")
    let models = [
      sample.path("model.octet"), "--against", sample.path("model.safetensors"), "--data", classes,
    ]
    let evaluated = try OctetProcess.run(["evaluate"] + models + ["--answers", sample.path("answers.csv")])
    try #require(evaluated.status == 0, "\(evaluated.errors)")
    let answers = try sample.page("answers.csv").split(separator: "\n").dropFirst().map {
      $0.split(separator: ",")
    }
    #expect(answers.count == 40, "held out")
    for number in [0, 13, 26, 39] {
      let result = try OctetProcess.run(["explain", "--image", "\(number)", "--json"] + models)
      try #require(result.status == 0, "\(result.errors)")
      #expect(try Self.object(result.output)["true_class"] as? String == String(answers[number][1]))
    }
    let beyond = try OctetProcess.run(["explain", "--image", "40"] + models)
    #expect(beyond.status == 1 && beyond.errors.contains("beyond the 40 test images"), "\(beyond.errors)")
  }

  @Test
  func `layers whose channels are scaled otherwise, as a repair does, are not held against each other`()
    throws
  {
    let sample = try ReportSample(images: 40)
    let models = "\(Python.repository.path)/Models"
    let picture = try #require(
      try FileManager.default.contentsOfDirectory(atPath: sample.path("pictures")).first {
        $0 != "0-broken.png"
      })
    func explained(_ float: String) throws -> OctetProcess.Result {
      try sample.run(
        "explain", "\(models)/cnn-two-pool.octet", sample.path("pictures/\(picture)"), "--against", float)
    }
    let plain = try explained("\(models)/cnn-two-pool.safetensors")
    #expect(plain.output.contains("Signal to noise of each layer"), "\(plain.output)\(plain.errors)")
    // The same network: what a channel of the first convolution is larger by, the second takes off.
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(models)/cnn-two-pool.safetensors")))
    let header = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let tensors = try #require(
      try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + header])) as? [String: Any])
    for (name, factor) in [("conv-1.weight", Float(4)), ("conv-1.bias", 4), ("conv-2.weight", 0.25)] {
      let place = try #require((tensors[name] as? [String: Any])?["data_offsets"] as? [Int])
      bytes.withUnsafeMutableBytes { bytes in
        for offset in stride(from: 8 + header + place[0], to: 8 + header + place[1], by: 4) {
          let value = bytes.loadUnaligned(fromByteOffset: offset, as: Float.self)
          bytes.storeBytes(of: value * factor, toByteOffset: offset, as: Float.self)
        }
      }
    }
    try sample.folder.write(bytes, to: "scaled.safetensors")
    let scaled = try explained(sample.path("scaled.safetensors"))
    #expect(scaled.status == 0 && scaled.output.contains("float answer: "), "\(scaled.errors)")
    let words = scaled.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      words.contains("The weights of conv-1 stand for others than in scaled.safetensors"), "\(words)")
    #expect(!scaled.output.contains("Signal to noise of each layer"))
  }
}
