import OctetImages
import Testing

/// Fits a picture through a file in memory.
func fit(
  _ file: [UInt8], with fitter: inout PictureFitter
) throws(PictureError) -> FittedPicture {
  var result: Result<FittedPicture, PictureError>?
  file.withUnsafeBytes { bytes in
    do throws(PictureError) {
      result = .success(try fitter.fit(bytes: bytes, name: "sample.png"))
    } catch {
      result = .failure(error)
    }
  }
  guard let result else { throw .noInk(path: "the closure did not run") }
  return try result.get()
}

func fit(
  _ picture: GrayPicture, _ kind: PictureFitting.Fit = .auto, invert: PictureFitting.Inversion = .auto,
  width: Int = 28, height: Int = 28
) throws -> FittedPicture {
  let options = try #require(
    PictureFitting(width: width, height: height, fit: kind, inversion: invert))
  var fitter = PictureFitter(options)
  return try fit(file(picture), with: &fitter)
}

func file(_ picture: GrayPicture) -> [UInt8] {
  PNGWriter.encode(width: picture.width, height: picture.height, pixels: picture.pixels.span)
}

/// A page of one gray that rectangles are drawn on.
struct PaperPage {
  private(set) var picture: GrayPicture
  private var pixels: [UInt8]
  let width: Int
  let height: Int

  init(_ width: Int, _ height: Int, _ gray: UInt8 = 255) {
    self.width = width
    self.height = height
    pixels = [UInt8](repeating: gray, count: width * height)
    picture = GrayPicture(width: width, height: height, pixels: pixels)
  }

  mutating func draw(left: Int, top: Int, width: Int, height: Int, _ gray: UInt8 = 0) {
    for row in top..<top + height {
      for column in left..<left + width { pixels[row * self.width + column] = gray }
    }
    picture = GrayPicture(width: self.width, height: self.height, pixels: pixels)
  }

  /// Draws a 7 in lines of the given breadth, `size` pixels high.
  mutating func drawSeven(left: Int, top: Int, size: Int, breadth: Int, _ gray: UInt8 = 0) {
    draw(left: left, top: top, width: size * 3 / 4, height: breadth, gray)
    for row in 0..<size - breadth {
      let across = (size - row) * (size * 3 / 4 - breadth) / size
      draw(left: left + across, top: top + row, width: breadth, height: 1 + breadth, gray)
    }
  }
}

/// The mean difference of two pictures' pixels.
func distance(_ first: [UInt8], _ second: [UInt8]) -> Int {
  zip(first, second).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) } / max(1, first.count)
}

/// The smallest box around pixels of at least half strength.
func strongBox(_ picture: FittedPicture) -> PixelBox? {
  let places = picture.pixels.indices.filter { picture.pixels[$0] >= 128 }
  let rows = places.map { $0 / picture.width }
  let columns = places.map { $0 % picture.width }
  guard let top = rows.min(), let bottom = rows.max(), let left = columns.min(), let right = columns.max()
  else { return nil }
  return PixelBox(left: left, top: top, width: right - left + 1, height: bottom - top + 1)
}

/// Takes the rows of one picture, which come whole and in order, as a model does.
final class OrderedRows {
  private(set) var pixels: [UInt8] = []
  private var next = 0

  func take(_ values: Span<UInt8>, row: Int) {
    #expect(row == next)
    next += 1
    for place in values.indices { pixels.append(values[place]) }
  }
}
