import OctetHost
import OctetNetwork

/// Images of one shape, each with the index of its class.
package struct LabeledImages: Sendable {
  package let shape: ImageShape

  /// `count x shape.count` bytes, image after image; 0 is paper and 255 is full ink, as in MNIST.
  package let pixels: [UInt8]

  /// One class index per image, each below `classNames.count`.
  package let labels: [UInt8]

  /// The name of each class, in the order of its index. For MNIST these are "0" to "9".
  package let classNames: [String]

  package init(shape: ImageShape, pixels: [UInt8], labels: [UInt8], classNames: [String]) {
    precondition(pixels.count == labels.count * shape.count, "one image per label")
    precondition(labels.allSatisfy { Int($0) < classNames.count }, "labels name a class")
    self.shape = shape
    self.pixels = pixels
    self.labels = labels
    self.classNames = classNames
  }

  package var count: Int { labels.count }

  package var isEmpty: Bool { labels.isEmpty }

  /// The images at `indices`, in that order.
  package func selecting(_ indices: some Sequence<Int>) -> LabeledImages {
    var chosenPixels: [UInt8] = []
    var chosenLabels: [UInt8] = []
    for index in indices {
      chosenPixels.append(contentsOf: pixels[index * shape.count..<(index + 1) * shape.count])
      chosenLabels.append(labels[index])
    }
    return LabeledImages(shape: shape, pixels: chosenPixels, labels: chosenLabels, classNames: classNames)
  }
}

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
