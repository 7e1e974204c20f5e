import Foundation
import Octet
import OctetData
import OctetHost
import OctetImages
import OctetNetwork
import OctetQuantization
import TestSupport
import Testing

/// Pictures fitted by octet.wasm beside the same fitted here.
@Suite struct WebFittingTests {
  /// What a picture is as a browser hands it over, and as the tool reads it from a file.
  private struct Sample {
    let picture: ColorPicture
    /// Of each pixel; opaque when nil.
    var alpha: [UInt8]?

    /// Width, height, and red, green, blue and alpha of each pixel.
    var browserBytes: [UInt8] {
      var bytes: [UInt8] = []
      for side in [picture.width, picture.height] {
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: side >> (8 * $0)) }
      }
      let pixels = picture.pixels
      for place in 0..<picture.width * picture.height {
        bytes += pixels[3 * place..<3 * place + 3] + [alpha?[place] ?? 255]
      }
      return bytes
    }
  }

  private static func expected(_ sample: Sample, _ model: Model) throws -> String {
    let picture: Picture
    if let alpha = sample.alpha {
      var random = RandomStream.test(0)
      var file = SamplePNG(
        width: sample.picture.width, height: sample.picture.height, depth: 8, colorType: .rgba,
        random: &random)
      let colors = sample.picture.pixels
      file.samples = alpha.indices.flatMap { place in
        (0..<3).map { UInt16(colors[3 * place + $0]) } + [UInt16(alpha[place])]
      }
      picture = try Picture(png: file.file, inColor: model.imageChannels == 3)
    } else {
      picture = try Picture(
        width: sample.picture.width, height: sample.picture.height, channels: 3, pixels: sample.picture.pixels
      )
    }
    do throws(PictureFailure) {
      let fitted = try picture.fitted(for: model)
      let digits = fitted.pixels.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      return "\(digits) \(fitted.isInverted) \(fitted.isThickened)"
    } catch {
      switch error.kind {
      case .noInk: return "noInk"
      case .wrongSize: return "size"
      default: return "form"
      }
    }
  }

  private static func compare(_ web: WebRuntime, _ file: [UInt8], _ samples: [Sample]) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(file, to: "model.octet")
    let found = try web.run(
      "fit", [path, try folder.write(samples.flatMap(\.browserBytes), to: "pictures")])
    let model = try Model(copying: file)
    let expected = try samples.map { try Self.expected($0, model) }
    #expect(found.count == samples.count)
    for (index, pair) in zip(found, expected).enumerated() where pair.0 != pair.1 {
      Issue.record("picture \(index): \(pair.0.prefix(80)) instead of \(pair.1.prefix(80))")
      return
    }
  }

  @Test
  func `digits drawn in every style become the same input`() throws {
    guard let web = try WebRuntime() else { return }
    let digits = SyntheticDigits.generate(count: 6, seed: 21)
    var random = RandomStream.test(4)
    var samples: [Sample] = []
    for index in 0..<digits.count {
      let digit = RenderedDigit(digit: Array(digits.pixels[index * 784..<(index + 1) * 784]))
      samples += RenderedDigit.Style.allCases.map { Sample(picture: digit.picture($0, &random).inColor) }
      samples.append(Sample(picture: GrayPicture(width: 28, height: 28, pixels: digit.digit).inColor))
    }
    // Nothing to find, and in color, and in parts transparent.
    samples.append(
      Sample(picture: GrayPicture(width: 90, height: 40, pixels: .init(repeating: 200, count: 3600)).inColor))
    for size in [(28, 28), (61, 140)] {
      let count = size.0 * size.1
      let colors = (0..<3 * count).map { _ in UInt8.random(in: 0...255, using: &random) }
      let alpha = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      let picture = ColorPicture(width: size.0, height: size.1, pixels: colors)
      samples += [Sample(picture: picture), Sample(picture: picture, alpha: alpha)]
    }
    try Self.compare(web, try fileContents("\(Python.repository.path)/Models/cnn-two-pool.octet"), samples)
  }

  @Test
  func `pictures are scaled and inverted alike in every form`() throws {
    guard let web = try WebRuntime() else { return }
    var random = RandomStream.test(9)
    var tried = 0
    for seed in UInt64(0)..<40 where tried < 16 {
      var model = RandomModel(seed: seed).model
      let shape = model.tensors[0].shape
      guard model.inputKind == .pictures, shape.channels == 1 || shape.channels == 3 else { continue }
      let fits: [PictureForm.Fit] = [.stretch, .crop, .pad, .exact]
      let inversions: [PictureForm.Inversion] = shape.channels == 1 ? [.no, .yes, .auto] : [.no, .yes]
      model.pictureForm.fit = fits[tried % 4]
      model.pictureForm.inversion = inversions[tried % inversions.count]
      tried += 1
      let sizes = [
        (1, 1), (shape.width, shape.height), (random.integer(2...90), random.integer(2...90)), (300, 7),
      ]
      let samples = sizes.map { width, height in
        Sample(
          picture: ColorPicture(
            width: width, height: height,
            pixels: (0..<3 * width * height).map { _ in UInt8.random(in: 0...255, using: &random) }))
      }
      try Self.compare(web, OctetFile(model).bytes, samples)
    }
    #expect(tried == 16)
  }
}
