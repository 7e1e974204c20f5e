import OctetTraining

extension LabeledImages {
  /// An image as the network sees it: light ink on dark. Of several channels their mean is shown.
  package func picture(_ index: Int, bits: Int = 8) -> PalettePicture {
    PalettePicture(gray: gray(index), width: shape.width, height: shape.height, bits: bits)
  }

  func gray(_ index: Int) -> [UInt8] {
    let start = index * shape.count
    if shape.channels == 1 { return Array(pixels[start..<start + shape.count]) }
    return (0..<shape.height * shape.width).map { place in
      let first = start + place * shape.channels
      return UInt8(pixels[first..<first + shape.channels].reduce(0) { $0 + Int($1) } / shape.channels)
    }
  }
}
