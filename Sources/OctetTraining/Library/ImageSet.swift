import OctetData
import OctetHost
import OctetNetwork

/// Images of one size, with or without the class of each: what a network is trained on, calibrated with and tested on.
/// Or items that are rows of numbers, ``init(features:size:)``.
///
/// An image is `height x width x channels` bytes, row by row from the top, the channels of a pixel together. Networks
/// see a byte as a number from 0 to 1. In images of digits 0 is paper and 255 full ink, as in MNIST.
public struct ImageSet: Sendable {
  package let labeled: LabeledItems
  /// Whether the class of each image is known. Calibration needs none; training and tests do.
  public var hasLabels: Bool { labeled.hasClasses }

  /// - Parameter labeled: pixels, with classes or without targets.
  package init(_ labeled: LabeledItems) { self.labeled = labeled }

  /// Rows of an image.
  public var height: Int { labeled.shape.height }
  /// Pixels in a row.
  public var width: Int { labeled.shape.width }
  /// Bytes of a pixel.
  public var channels: Int { labeled.shape.channels }
  /// How many images there are.
  public var count: Int { labeled.count }
  /// The name of each class, in the order of the labels; empty without labels.
  public var classNames: [String] { labeled.classNames }
  /// The class of each image, counted from 0; empty without labels.
  public var labels: [Int] { labeled.labels.map { Int($0) } }

  /// The bytes of an image; none of an item of features. Stops the program (a trap) unless `index` is from 0 to
  /// `count - 1`.
  public subscript(_ index: Int) -> [UInt8] {
    precondition((0..<count).contains(index), "there is no image \(index)")
    guard labeled.values.areBytes else { return [] }
    let size = labeled.shape.count
    return Array(labeled.pixels[index * size..<(index + 1) * size])
  }

  /// Takes images and their classes.
  ///
  /// - Parameters:
  ///   - height: rows of an image, 1 to 4,096.
  ///   - width: pixels in a row, 1 to 4,096.
  ///   - channels: bytes of a pixel, 1 to 4,096.
  ///   - pixels: the bytes of all images, one image after the other.
  ///   - labels: the class of each image, counted from 0.
  ///   - classNames: the name of each class, 2 to 256 of them, all different.
  /// - Throws: ``TrainingFailure`` of kind `images` if the numbers do not go together.
  public init(
    height: Int, width: Int, channels: Int = 1, pixels: [UInt8], labels: [Int], classNames: [String]
  ) throws(TrainingFailure) {
    let shape = try Self.shape(height, width, channels)
    guard pixels.count == labels.count * shape.count else {
      throw TrainingFailure(
        .images,
        "\(labels.count) labels need \(labels.count * shape.count) bytes of images of \(shape), "
          + "and there are \(pixels.count)")
    }
    guard (2...256).contains(classNames.count), Set(classNames).count == classNames.count else {
      throw TrainingFailure(.images, "\(classNames.count) class names: give 2 to 256 different ones")
    }
    if let place = labels.firstIndex(where: { !classNames.indices.contains($0) }) {
      throw TrainingFailure(
        .images,
        "image \(place) has label \(labels[place]); with \(classNames.count) classes, labels are 0 to "
          + "\(classNames.count - 1)")
    }
    self.init(
      LabeledItems(shape: shape, pixels: pixels, labels: labels, classNames: classNames))
  }

  /// Takes images whose classes are not known, to calibrate with.
  ///
  /// - Parameters:
  ///   - height: rows of an image, 1 to 4,096.
  ///   - width: pixels in a row, 1 to 4,096.
  ///   - channels: bytes of a pixel, 1 to 4,096.
  ///   - pixels: the bytes of all images, one image after the other.
  /// - Throws: ``TrainingFailure`` of kind `images` if `pixels` are not whole images.
  public init(height: Int, width: Int, channels: Int = 1, pixels: [UInt8]) throws(TrainingFailure) {
    let shape = try Self.shape(height, width, channels)
    guard pixels.count.isMultiple(of: shape.count) else {
      throw TrainingFailure(
        .images, "\(pixels.count) bytes are no whole number of images of \(shape), \(shape.count) bytes each")
    }
    self.init(LabeledItems(shape: shape, values: .bytes(pixels), targets: .none))
  }

  /// Takes items that are rows of numbers rather than images, for models of other programs that were trained on such.
  ///
  /// - Parameters:
  ///   - features: the numbers of all items, one item after the other.
  ///   - size: numbers of an item, 1 to 16,777,216.
  /// - Throws: ``TrainingFailure`` of kind `images` if `features` are not whole items, or one is not finite.
  public init(features: [Float], size: Int) throws(TrainingFailure) {
    guard (1...NetworkDescription.largestValueCount).contains(size), features.count.isMultiple(of: size)
    else {
      throw TrainingFailure(
        .images, "\(features.count) features are no whole number of items of \(size) numbers")
    }
    if let place = features.firstIndex(where: { !$0.isFinite }) {
      throw TrainingFailure(
        .images, "number \(place % size) of item \(place / size) is \(features[place]): give finite numbers")
    }
    self.init(
      LabeledItems(shape: ImageShape(flat: size), values: .floats(features), targets: .none))
  }

  private static func shape(_ height: Int, _ width: Int, _ channels: Int) throws(TrainingFailure)
    -> ImageShape
  {
    guard [height, width, channels].allSatisfy({ (1...4096).contains($0) }),
      height * width * channels <= NetworkDescription.largestValueCount
    else {
      throw TrainingFailure(
        .images,
        "images of \(height) x \(width) x \(channels): give 1 to 4,096 of each, and at most "
          + "\(NetworkDescription.largestValueCount) bytes in all")
    }
    return ImageShape(height: height, width: width, channels: channels)
  }

  /// Reads a data set: a folder with the four files of MNIST or its like, or a CSV table, plain or gzip, with a label
  /// and then the pixels in each line.
  ///
  /// - Returns: the images to train on, and those to test with; nil where the source has no such part.
  /// - Throws: ``TrainingFailure`` of kind `file` if it cannot be read or is damaged.
  public static func load(_ path: String) throws(TrainingFailure) -> (training: ImageSet, test: ImageSet?) {
    do throws(FileError) {
      let nothing = FileError(path, "holds no images", advice: "give a folder of IDX files or a CSV table")
      let data = try DataLocator(path: path, environment: [:]).locate { () throws(FileError) in throw nothing
      }
      guard data.train.values.areBytes, data.train.hasClasses else {
        throw FileError(
          path, "holds \(data.train.values.words) with \(data.train.targets.description)",
          advice: "give images with classes")
      }
      return (ImageSet(data.train), data.test.map { ImageSet($0) })
    } catch {
      throw TrainingFailure(.file, error.description)
    }
  }

  /// Digits that are drawn as if by hand, 28 x 28 pixels, all ten classes equally often: something to try a network on
  /// without data. The same seed gives the same images, and a longer set begins with the shorter one.
  ///
  /// - Parameters:
  ///   - count: 0 or more; below zero stops the program (a trap).
  ///   - seed: names the random choices.
  public static func syntheticDigits(count: Int, seed: UInt64 = 1) -> ImageSet {
    ImageSet(SyntheticDigits.generate(count: count, seed: seed))
  }

  /// The first images of the set, as many as there are up to `count`.
  public func prefix(_ count: Int) -> ImageSet { ImageSet(labeled.prefix(count)) }

  /// The images of some classes, which get the labels 0, 1, … in the order of the names.
  ///
  /// - Throws: ``TrainingFailure`` of kind `images` if a name is no class of the set, comes twice, or has no images.
  public func keeping(classes: [String]) throws(TrainingFailure) -> ImageSet {
    try requireLabels()
    do throws(FileError) {
      return ImageSet(try DataSet(train: labeled, test: nil, origin: "").keeping(classes: classes).train)
    } catch {
      throw TrainingFailure(.images, error.description)
    }
  }

  package func requireLabels() throws(TrainingFailure) {
    guard hasLabels else {
      throw TrainingFailure(.images, "the images have no labels, which are needed here")
    }
  }
}
