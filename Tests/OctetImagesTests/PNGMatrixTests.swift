import OctetHost
import OctetImages
import TestSupport
import Testing

/// Every depth, color type and interlacing, written by libpng, against a formula in floating point.
@Suite struct PNGMatrixTests {
  struct Kind: Sendable, CustomTestStringConvertible {
    let colorType: PNGColorType
    let depth: Int
    let isTransparent: Bool
    var testDescription: String { "\(colorType) \(depth)\(isTransparent ? " tRNS" : "")" }
  }

  static let kinds: [Kind] = PNGColorType.allCases.flatMap { type -> [Kind] in
    let depths =
      switch type {
      case .gray: [1, 2, 4, 8, 16]
      case .palette: [1, 2, 4, 8]
      default: [8, 16]
      }
    let canBeTransparent = type == .gray || type == .rgb || type == .palette
    return depths.flatMap { depth in
      (canBeTransparent ? [false, true] : [false]).map {
        Kind(colorType: type, depth: depth, isTransparent: $0)
      }
    }
  }

  /// Small enough that passes are missing, not a multiple of eight, and as the models have it.
  static let sizes = [(1, 1), (2, 1), (1, 2), (4, 4), (5, 3), (3, 9), (8, 8), (13, 17), (28, 28), (67, 5)]

  @Test(arguments: kinds, [false, true])
  func `gives the documented gray`(kind: Kind, isInterlaced: Bool) throws {
    var random = RandomStream(seed: 1, purpose: .testing, UInt64(kind.depth), UInt64(kind.colorType.rawValue))
    for (width, height) in Self.sizes {
      var sample = SamplePNG(
        width: width, height: height, depth: kind.depth, colorType: kind.colorType,
        isInterlaced: isInterlaced, isTransparent: kind.isTransparent, random: &random)
      for background: UInt8 in [255, 0, 77] {
        let picture = try readPNG(sample.file, background: background)
        #expect(picture.width == width)
        #expect(picture.height == height)
        #expect(picture.pixels == sample.grays(background: background))
      }
      #expect(try readPNG(SamplePNG.chunks(around: sample.file)).pixels == sample.grays())
      sample.hasAncillaryChunks = true
      #expect(try readPNG(sample.file).pixels == sample.grays())
      sample.isInterlaced.toggle()
      #expect(try readPNG(sample.file).pixels == sample.grays())
    }
  }

  @Test(arguments: kinds, [false, true])
  func `gives the documented color`(kind: Kind, isInterlaced: Bool) throws {
    var random = RandomStream(seed: 4, purpose: .testing, UInt64(kind.depth), UInt64(kind.colorType.rawValue))
    let folder = try TemporaryFolder()
    for (width, height) in Self.sizes {
      let sample = SamplePNG(
        width: width, height: height, depth: kind.depth, colorType: kind.colorType,
        isInterlaced: isInterlaced, isTransparent: kind.isTransparent, random: &random)
      let path = try folder.write(sample.file, to: "sample.png")
      for background: UInt8 in [255, 77] {
        var reader = PNGReader(background: background)
        var picture = ColorPicture()
        try reader.read(path: path, into: &picture)
        let expected = sample.colors(background: background)
        #expect(picture.width == width && picture.height == height && picture.pixels == expected)
        let isGray = (0..<width * height).allSatisfy { pixel in
          let color = expected[3 * pixel..<3 * pixel + 3]
          return Set(color).count == 1
        }
        #expect(picture.hasColor != isGray)
        if isGray { #expect(picture.gray == sample.grays(background: background)) }
      }
    }
  }

  @Test func `whole matrix is there`() {
    #expect(Self.kinds.count == 10 + 8 + 4 + 2 + 2)
  }

  @Test func `every gray of sixteen bits rounds to the nearest`() throws {
    var random = RandomStream(seed: 2, purpose: .testing)
    var sample = SamplePNG(width: 256, height: 256, depth: 16, colorType: .gray, random: &random)
    sample.samples = (0...65_535).map { UInt16($0) }
    let expected = (0...65_535).map { UInt8((Double($0) / 257).rounded()) }
    #expect(try readPNG(sample.file).pixels == expected)
  }

  @Test func `gray colors stay as they are`() {
    for value: UInt32 in 0...65_535 { #expect(GrayFormula.gray(value, value, value) == value) }
  }

  @Test func `one reader reads files of all kinds in turn`() throws {
    var reader = PNGReader()
    var random = RandomStream(seed: 3, purpose: .testing)
    for round in 0..<3 {
      for kind in Self.kinds {
        let sample = SamplePNG(
          width: 9 + round * 7, height: 11 - round, depth: kind.depth, colorType: kind.colorType,
          isInterlaced: round == 1, isTransparent: kind.isTransparent, random: &random)
        #expect(try readPNG(sample.file, with: &reader).pixels == sample.grays())
        #expect(throws: PNGError.self) { try readPNG(Array(sample.file.dropLast(20)), with: &reader) }
      }
    }
  }
}
