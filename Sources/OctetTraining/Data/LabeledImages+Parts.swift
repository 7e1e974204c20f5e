import OctetHost

extension LabeledImages {
  /// The first `count` images, or all of them if there are fewer.
  package func prefix(_ count: Int) -> LabeledImages {
    part(0..<min(max(count, 0), self.count))
  }

  /// Everything but the last fraction, and the last fraction.
  ///
  /// This is Keras' `validation_split`: the images are cut before any shuffling, at
  /// `floor(count x (1 - fraction))`, worked out in double precision. Both parts have at least one image.
  package func splitLast(
    fraction: Double
  ) throws(FileError) -> (rest: LabeledImages, last: LabeledImages) {
    guard fraction > 0, fraction < 1 else {
      throw FileError(
        "validation split", "\(fraction) is not between 0 and 1", advice: "give a fraction such as 0.1")
    }
    // Between 0 and count, because 1 - fraction is between 0 and 1.
    let cut = Int((Double(count) * (1 - fraction)).rounded(.down))
    guard cut > 0, cut < count else {
      throw FileError(
        "validation split", "\(fraction) of \(count) images leaves a part empty",
        advice: "give another fraction, or more images")
    }
    return (part(0..<cut), part(cut..<count))
  }

  private func part(_ range: Range<Int>) -> LabeledImages {
    LabeledImages(
      shape: shape, pixels: Array(pixels[range.lowerBound * shape.count..<range.upperBound * shape.count]),
      labels: Array(labels[range]), classNames: classNames)
  }
}
