import OctetHost

extension IDXFile {
  /// Reads a file of images and its file of labels. The classes are named "0", "1" and so on.
  package static func labeledImages(
    images imagePath: String, labels labelPath: String, classCount: Int = 10
  ) throws(FileError) -> LabeledImages {
    let labels = try read(.labels, at: labelPath)
    let images = try read(.images, at: imagePath)
    return try combine(images, imagePath, labels, labelPath, classCount: classCount)
  }

  /// Joins parsed images and labels; the two names are for errors.
  package static func combine(
    _ images: IDXFile, _ imageFile: String, _ labels: IDXFile, _ labelFile: String, classCount: Int = 10
  ) throws(FileError) -> LabeledImages {
    guard images.count == labels.count else {
      throw FileError(
        imageFile, "has \(images.count) images, but \(labelFile) has \(labels.count) labels",
        advice: "give the two files of one set")
    }
    // Only a broken label file pays for the search for the place.
    if let index = labels.values.firstIndex(where: { Int($0) >= classCount }) {
      throw FileError(
        labelFile, at: .byte(Kind.labels.headerLength + index),
        "label \(index) is \(labels.values[index]), but the classes are 0 to \(classCount - 1)",
        advice: "check that this is the right file")
    }
    return LabeledImages(
      shape: ImageShape(height: images.dimensions[1], width: images.dimensions[2], channels: 1),
      pixels: images.values, labels: labels.values, classNames: (0..<classCount).map(String.init))
  }

  /// The image file of `set`, to be written without compression.
  ///
  /// The set must have one channel and at least one image, which is what an IDX image file can hold.
  package static func encode(images set: LabeledImages) -> [UInt8] {
    precondition(set.shape.channels == 1 && !set.isEmpty, "an IDX image file holds gray images, at least one")
    return header(.images, [set.count, set.shape.height, set.shape.width]) + set.pixels
  }

  /// The label file of `set`, to be written without compression.
  package static func encode(labels set: LabeledImages) -> [UInt8] {
    precondition(!set.isEmpty, "an IDX label file holds at least one label")
    return header(.labels, [set.count]) + set.labels
  }

  private static func header(_ kind: Kind, _ dimensions: [Int]) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 8, kind.rawValue]
    for size in dimensions {
      let word = UInt32(size)
      bytes += [UInt8(truncatingIfNeeded: word >> 24), UInt8(truncatingIfNeeded: word >> 16)]
      bytes += [UInt8(truncatingIfNeeded: word >> 8), UInt8(truncatingIfNeeded: word)]
    }
    return bytes
  }
}
