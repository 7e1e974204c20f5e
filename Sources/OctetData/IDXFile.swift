import OctetHost
import OctetNetwork

/// The IDX format of the MNIST files: a magic number that gives the type and rank, big-endian sizes, then bytes.
///
/// ```
/// 0   00 00 08 RR     08 = unsigned bytes; RR = rank: 1 for labels, 3 for images, 4 for images with channels
/// 4   items           32 bits, big-endian; then height and width for images, and perhaps channels
/// ..  the values      exactly items (x height x width x channels) bytes
/// ```
/// The reader is strict: what the header promises must be there, and nothing after it.
package struct IDXFile: Equatable, Sendable {
  /// The two kinds of file that hold a data set.
  package enum Kind: UInt8, Sendable {
    case labels = 1
    case images = 3

    /// How many sizes may follow the magic number.
    var ranks: [UInt8] { self == .labels ? [1] : [3, 4] }

    /// Of the header with the most sizes.
    var longestHeader: Int { IDXFile.headerLength(rank: Int(ranks.last ?? 0)) }

    var name: String { self == .labels ? "labels" : "images" }
  }

  private static func headerLength(rank: Int) -> Int { 4 + 4 * rank }

  /// Item count, then height and width for images, and channels where there are four; none is zero.
  package let dimensions: [Int]

  /// As many bytes as the product of the dimensions.
  package let values: [UInt8]

  package var count: Int { dimensions[0] }

  /// The longest file, header included, that is read.
  package static let longest = ByteFile.largestContents

  /// Reads the file at `path`, unpacking it if need be, but never further than its own header says.
  package static func read(_ kind: Kind, at path: String) throws(FileError) -> IDXFile {
    try read(kind, stored: try ByteFile.stored(at: path), file: path)
  }

  /// The same for the bytes of a file; `file` names it in errors.
  package static func read(_ kind: Kind, stored: [UInt8], file: String) throws(FileError) -> IDXFile {
    guard Gzip.isGzip(stored) else { return try parse(kind, stored, file: file) }
    let start = try Gzip.prefix(stored, file: file, count: kind.longestHeader)
    let dimensions = try parseHeader(kind, start, file: file)
    let length = headerLength(rank: dimensions.count) + dimensions.reduce(1, *)
    // Before memory for what the header promises is asked for.
    guard length <= Gzip.mostContents(of: stored.count) else {
      throw Gzip.unpacksToTooMuch(file, storedCount: stored.count)
    }
    return try parse(
      kind, try Gzip.inflate(stored, file: file, limit: length, expected: length), file: file)
  }

  /// Parses a whole file, already unpacked; `file` names it in errors.
  package static func parse(
    _ kind: Kind, _ bytes: consuming [UInt8], file: String
  ) throws(FileError) -> IDXFile {
    let dimensions = try parseHeader(kind, bytes, file: file)
    let valueCount = dimensions.reduce(1, *)
    let headerLength = headerLength(rank: dimensions.count)
    let found = bytes.count - headerLength
    guard found >= valueCount else {
      throw FileError(
        file, at: .byte(bytes.count), "ends after \(found) of the \(valueCount) values its header promises",
        advice: "copy or download it again")
    }
    guard found == valueCount else {
      throw FileError(
        file, at: .byte(headerLength + valueCount),
        "has \(found - valueCount) bytes more than its header promises",
        advice: "copy or download it again")
    }
    // In place: a copy would take as much memory again.
    bytes.removeFirst(headerLength)
    return IDXFile(dimensions: dimensions, values: bytes)
  }

  /// The sizes in the header. Their product, header added, is at most `longest`, so it fits an Int.
  private static func parseHeader(
    _ kind: Kind, _ bytes: [UInt8], file: String
  ) throws(FileError) -> [Int] {
    guard bytes.count >= 4 else {
      throw FileError(
        file, at: .byte(bytes.count), "ends inside the 4-byte magic number of an IDX file",
        advice: "copy or download it again")
    }
    let magic = word(bytes, at: 0)
    let rank = UInt8(magic & 0xFF)
    guard magic & ~0xFF == 0x0000_0800, kind.ranks.contains(rank) else {
      let isOther = [0x0000_0801, 0x0000_0803, 0x0000_0804].contains(magic)
      throw FileError(
        file, at: .byte(0),
        "has magic number \(hexadecimal(magic)), but IDX \(kind.name) have "
          + hexadecimal(0x0000_0800 + Int(kind.rawValue)),
        advice: isOther
          ? "check that the image and label files are not swapped" : "give an IDX file of unsigned bytes")
    }
    let headerLength = headerLength(rank: Int(rank))
    guard bytes.count >= headerLength else {
      throw FileError(
        file, at: .byte(bytes.count), "ends inside the \(headerLength)-byte header",
        advice: "copy or download it again")
    }
    var dimensions: [Int] = []
    var product = 1
    for index in 0..<Int(rank) {
      let offset = 4 + 4 * index
      let size = word(bytes, at: offset)
      guard size > 0 else {
        throw FileError(
          file, at: .byte(offset),
          "the \(["item count", "image height", "image width", "number of channels"][index]) is 0",
          advice: "give a file with at least one item")
      }
      let (next, overflowed) = product.multipliedReportingOverflow(by: size)
      guard !overflowed, next <= longest - headerLength else {
        throw FileError(
          file, at: .byte(offset),
          """
          the header promises \((dimensions + [size]).map(String.init).joined(separator: " x ")) values, \
          and the limit is \(longest) bytes
          """,
          advice: "check that this is the right file")
      }
      product = next
      dimensions.append(size)
    }
    return dimensions
  }

  /// The big-endian 32-bit number at `offset`, which the caller has checked to be inside.
  private static func word(_ bytes: [UInt8], at offset: Int) -> Int {
    bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
  }

  private static func hexadecimal(_ word: Int) -> String {
    let digits = String(word, radix: 16)
    return "0x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}

extension IDXFile {
  /// Reads a file of images and its file of labels. The classes are named "0", "1" and so on.
  package static func labeledImages(
    images imagePath: String, labels labelPath: String, classCount: Int = 10
  ) throws(FileError) -> LabeledItems {
    let labels = try read(.labels, at: labelPath)
    let images = try read(.images, at: imagePath)
    return try combine(images, imagePath, labels, labelPath, classCount: classCount)
  }

  /// Joins parsed images and labels; the two names are for errors.
  package static func combine(
    _ images: IDXFile, _ imageFile: String, _ labels: IDXFile, _ labelFile: String, classCount: Int = 10
  ) throws(FileError) -> LabeledItems {
    guard images.count == labels.count else {
      throw FileError(
        imageFile, "has \(images.count) images, but \(labelFile) has \(labels.count) labels",
        advice: "give the two files of one set")
    }
    // Only a broken label file pays for the search for the place.
    if let index = labels.values.firstIndex(where: { Int($0) >= classCount }) {
      throw FileError(
        labelFile, at: .byte(headerLength(rank: 1) + index),
        "label \(index) is \(labels.values[index]), but the classes are 0 to \(classCount - 1)",
        advice: "check that this is the right file")
    }
    return LabeledItems(
      shape: ImageShape(
        height: images.dimensions[1], width: images.dimensions[2],
        channels: images.dimensions.count == 4 ? images.dimensions[3] : 1),
      pixels: images.values, labels: labels.values, classNames: (0..<classCount).map(String.init))
  }

  /// The image file of `set`, to be written without compression.
  ///
  /// The set must have pixels and at least one image, which is what an IDX image file can hold.
  package static func encode(images set: LabeledItems) -> [UInt8] {
    precondition(set.values.areBytes && !set.isEmpty, "an IDX image file holds images, at least one")
    let channels = set.shape.channels == 1 ? [] : [set.shape.channels]
    return header([set.count, set.shape.height, set.shape.width] + channels) + set.pixels
  }

  /// The label file of `set`, to be written without compression.
  package static func encode(labels set: LabeledItems) -> [UInt8] {
    precondition(
      !set.isEmpty && set.hasClasses && set.classNames.count <= 256,
      "an IDX label file holds at least one label, each of a byte")
    return header([set.count]) + set.labels.map { UInt8($0) }
  }

  private static func header(_ dimensions: [Int]) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 8, UInt8(dimensions.count)]
    for size in dimensions {
      let word = UInt32(size)
      bytes += [UInt8(truncatingIfNeeded: word >> 24), UInt8(truncatingIfNeeded: word >> 16)]
      bytes += [UInt8(truncatingIfNeeded: word >> 8), UInt8(truncatingIfNeeded: word)]
    }
    return bytes
  }
}
