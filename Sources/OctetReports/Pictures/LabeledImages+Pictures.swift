import OctetData
import OctetNetwork

extension LabeledImages {
  /// An image as the network sees it: light ink on dark. Of several channels their mean is shown, and large images
  /// smaller.
  package func picture(_ index: Int, bits: Int = 8) -> PalettePicture {
    tile(index).reduced(to: Self.largestSide).picture(bits: bits)
  }

  /// What can still be seen in a page, where pictures are 56 units wide.
  private static var largestSide: Int { 84 }

  func gray(_ index: Int) -> [UInt8] {
    let start = index * shape.count
    if shape.channels == 1 { return Array(pixels[start..<start + shape.count]) }
    return (0..<shape.height * shape.width).map { place in
      let first = start + place * shape.channels
      return UInt8(pixels[first..<first + shape.channels].reduce(0) { $0 + Int($1) } / shape.channels)
    }
  }
}
