import OctetHost
import OctetNetwork

/// A table of images or features as text: one item a line, its label first and then its numbers, separated by commas.
///
/// - The label is a whole number from 0 to 255. Some programs write `7` as `7.0` or `7.`; that is read as 7.
/// - Where all other numbers are whole and from 0 to 255 too, they are the pixels of images. A single one that is not,
///   such as `7.5`, `-1` or `1e2`, makes all of them features, which a network sees as they are.
/// - A field may stand in double quotes and have spaces or tabs around it.
/// - The first line is a header if its first field is not a number; then it must have as many columns as the rest.
/// - Lines end in LF or CRLF. A byte order mark at the start and empty lines at the end are ignored.
/// - The number of pixels is a square, unless a shape is given. Features are one row of numbers.
/// - The classes are the distinct labels that occur, in numerical order: a table of 3 and 8 has the two classes
///   "3" and "8", and needs a network with two outputs.
package struct CSVTable {
  /// The most columns of a table, label included: an image of 4096 x 4096.
  package static let largestColumnCount = 1 + 4096 * 4096

  /// The most bytes of a line: three digits and a comma in each column.
  package static let longestLine = 4 * largestColumnCount

  /// The most bytes of a field, for names in a header are longer than numbers.
  package static let longestField = 4096

  /// Reads the table in the file at `path`, plain or gzip. Only the pixels and the line that is being read are in
  /// memory.
  package static func read(
    _ path: String, shape: ImageShape? = nil, limit: Int = ByteFile.largestContents
  ) throws(FileError) -> LabeledItems {
    try parse(try ByteStream(at: path, limit: limit), shape: shape)
  }

  /// Reads a table from its bytes; `file` names it in errors.
  package static func parse(
    _ bytes: [UInt8], file: String, shape: ImageShape? = nil
  ) throws(FileError) -> LabeledItems {
    try parse(ByteStream(bytes, file: file), shape: shape)
  }

  /// Reads a table part by part.
  package static func parse(
    _ stream: ByteStream, shape: ImageShape? = nil
  ) throws(FileError) -> LabeledItems {
    let file = stream.file
    var reader = CSVReader(stream)
    let columns = try reader.readStructure()
    guard columns > 1 else {
      throw FileError(
        file, at: .line(1), "has 1 column, and needs a label and then numbers",
        advice: "separate the columns by commas")
    }
    var numbers = CSVNumbers()
    // Each number takes at least a digit and a separator.
    numbers.reserve(stream.storedCount / 2)
    var labels: [UInt8] = []
    while try reader.readRow(into: &numbers, labels: &labels) {}
    guard !labels.isEmpty else {
      throw FileError(file, "has a header but no images", advice: "give a table with at least one image")
    }

    var occurs = [Bool](repeating: false, count: 256)
    for label in labels { occurs[Int(label)] = true }
    let classes = occurs.indices.filter { occurs[$0] }
    var indices = [UInt8](repeating: 0, count: 256)
    for (index, label) in classes.enumerated() { indices[label] = UInt8(index) }
    let targets = ItemTargets.classes(
      labels.map { UInt16(indices[Int($0)]) }, names: classes.map(String.init))
    if numbers.feature != nil {
      return LabeledItems(
        shape: ImageShape(flat: columns - 1), values: .floats(numbers.floats), targets: targets)
    }
    let imageShape = try checkedShape(shape, pixelCount: columns - 1, file: file)
    return LabeledItems(shape: imageShape, values: .bytes(numbers.bytes), targets: targets)
  }

  private static func checkedShape(
    _ shape: ImageShape?, pixelCount: Int, file: String
  ) throws(FileError) -> ImageShape {
    if let shape {
      guard shape.count == pixelCount else {
        throw FileError(
          file, at: .line(1), "has \(pixelCount) pixels, but an image of \(shape) has \(shape.count)",
          advice: "give the shape that the table has")
      }
      return shape
    }
    let side = Int(Double(pixelCount).squareRoot())
    guard side * side == pixelCount else {
      throw FileError(
        file, at: .line(1), "has \(pixelCount) pixels, which is not a square such as 28 x 28 = 784",
        advice:
          "check that the first column is the label and the rest are pixels; give features of whole numbers as arrays"
      )
    }
    return ImageShape(height: side, width: side, channels: 1)
  }

  /// The table of `set`, which are images with classes, with lines ending in LF.
  ///
  /// The label is the name of the class where all names are numbers from 0 to 255, as they are for digits, and the
  /// index of the class otherwise. The header is `label,1x1,1x2,...`: row and column of each pixel, from 1; with
  /// several channels `1x1x1`, and so on.
  package static func encode(_ set: LabeledItems, header: Bool) -> [UInt8] {
    precondition(set.values.areBytes && set.hasClasses, "a table is written of images with classes")
    let numbers = (0...255).map { Array(String($0).utf8) }
    let areNumbers = set.classNames.allSatisfy { UInt8($0).map(String.init) == $0 }
    let names = areNumbers ? set.classNames.map { Array($0.utf8) } : numbers
    let comma = UInt8(ascii: ",")
    let lineFeed = UInt8(ascii: "\n")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(set.pixels.count * 3)
    if header { bytes += "label\(columnNames(set.shape))\n".utf8 }
    for index in 0..<set.count {
      bytes += names[Int(set.labels[index])]
      for pixel in set.pixels[index * set.shape.count..<(index + 1) * set.shape.count] {
        bytes.append(comma)
        bytes += numbers[Int(pixel)]
      }
      bytes.append(lineFeed)
    }
    return bytes
  }

  private static func columnNames(_ shape: ImageShape) -> String {
    (0..<shape.count).map { index in
      let (row, rest) = index.quotientAndRemainder(dividingBy: shape.width * shape.channels)
      let (column, channel) = rest.quotientAndRemainder(dividingBy: shape.channels)
      return shape.channels == 1 ? ",\(row + 1)x\(column + 1)" : ",\(row + 1)x\(column + 1)x\(channel + 1)"
    }.joined()
  }
}
