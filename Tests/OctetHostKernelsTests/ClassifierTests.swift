import Octet
import OctetHostKernels
import TestSupport
import Testing

/// The type that programs on hosts use gives what the whole-layer reference does.
struct ClassifierTests {
  /// Holds one without lifetime puzzles, as a program would.
  private struct Application {
    let classifier: Classifier
  }

  @Test func `random models give the reference's logits, class and probabilities`() throws {
    for seed in 5_000_000..<5_000_100 as Range<UInt64> {
      let drawn = RandomModel(seed: seed, layerCount: 5)
      let application = Application(classifier: try Classifier(drawn.bytes))
      let classifier = application.classifier
      let reference = WholeLayerReference(drawn.bytes)
      for image in 0..<3 as Range<UInt64> {
        let pixels = drawn.pixels(seed: seed &* 4 &+ image)
        let expected = reference.run(pixels)
        let zero = Int(classifier.model.logits.zeroPoint)
        if let wanted = expected.predictedClass {
          let found = try classifier.classify(pixels)
          #expect(found.classIndex == wanted, "seed \(seed)")
          #expect(found.logits.map { Int($0) + zero } == expected.logits, "seed \(seed)")
          #expect(found.shares.map { Int($0) } == expected.probabilities, "seed \(seed)")
          #expect(found.probabilities.count == found.shares.count)
        } else {
          #expect(throws: SessionError.noClasses) { try classifier.classify(pixels) }
        }
        let outputs = try classifier.outputs(pixels.span)
        #expect(outputs.count == expected.outputs.count)
        for (index, (own, wanted)) in zip(outputs, expected.outputs).enumerated() {
          let zero = Int(classifier.model.tensor(classifier.model.output(index).tensor).zeroPoint)
          #expect(own.logits.map { Int($0) + zero } == wanted.values, "seed \(seed), output \(index)")
          #expect(
            own.shares.map { Int($0) } == wanted.probabilities && own.classIndex == wanted.predictedClass)
        }
      }
    }
  }

  @Test func `features become the nearest integers of the input`() throws {
    for seed in 5_000_200..<5_000_220 as Range<UInt64> {
      let drawn = RandomModel(seed: seed, layerCount: 4)
      let classifier = try Classifier(drawn.bytes)
      let scale = Float(bitPattern: classifier.model.input.scaleBits)
      let zero = Int(classifier.model.input.zeroPoint)
      let pixels = drawn.pixels(seed: seed)
      // A quarter of a step beside each integer, and far beyond the ends.
      var features = pixels.enumerated().map { index, pixel in
        (Float(Int(pixel) - 128 - zero) + (index % 2 == 0 ? 0.25 : -0.25)) * scale
      }
      var expected = pixels
      features[0] = .infinity
      expected[0] = 255
      features[features.count - 1] = .nan
      expected[features.count - 1] = UInt8(zero + 128)
      let found = try classifier.outputs(features: features)
      #expect(
        try found == Classifier(classifier.model.takingIntegers).outputs(expected.span), "seed \(seed)")
      for (index, output) in found.enumerated() {
        let step = Float(bitPattern: classifier.model.tensor(classifier.model.output(index).tensor).scaleBits)
        #expect(
          output.numbers
            == (output.shares.isEmpty
              ? output.logits.map { step * Float($0) } : output.shares.map { Float($0) / 65_536 }))
      }
      #expect(throws: SessionError.self) { try classifier.outputs(features: features + [0]) }
    }
  }

  @Test func `what becomes of pixels on their way in is not done to features`() throws {
    var count = 0
    for seed in 5_000_300..<5_000_360 as Range<UInt64> {
      let drawn = RandomModel(seed: seed, layerCount: 3)
      let classifier = try Classifier(drawn.bytes)
      guard let map = classifier.model.pixelMap else { continue }
      count += 1
      let pixels = drawn.pixels(seed: seed)
      let scale = Float(bitPattern: classifier.model.input.scaleBits)
      let zero = Int(classifier.model.input.zeroPoint)
      // What the pixels become, by the definition of the map.
      let features = pixels.enumerated().map { index, pixel in
        let channel = index % classifier.model.imageChannels
        let sum = Int(pixel) * Int(map.factor(channel)) + Int(map.offset(channel))
        return Float(min(max(sum >> 16, -128), 127) - zero) * scale
      }
      let found = try classifier.outputs(features: features)
      #expect(try found == classifier.outputs(pixels.span), "seed \(seed)")
    }
    #expect(count > 5)
  }

  @Test func `an image of another size is refused`() throws {
    let drawn = RandomModel(seed: 12, layerCount: 3)
    let classifier = try Classifier(drawn.bytes)
    let needed = classifier.model.imageBytes
    #expect(throws: SessionError.imageSize(bytes: needed + 1, needed: needed)) {
      try classifier.classify([UInt8](repeating: 0, count: needed + 1))
    }
  }

  @Test func `tasks share one`() async throws {
    let drawn = RandomModel(seed: 5_000_001, layerCount: 5)
    let classifier = try Classifier(drawn.bytes)
    let images = (0..<64 as Range<UInt64>).map { drawn.pixels(seed: $0) }
    let expected = try images.map { try classifier.classify($0) }
    try await withThrowingTaskGroup(of: (Int, Classification).self) { group in
      for (index, image) in images.enumerated() {
        group.addTask { (index, try classifier.classify(image)) }
      }
      for try await (index, found) in group { #expect(found == expected[index]) }
    }
  }
}
