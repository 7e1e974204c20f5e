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
