import Octet
import OctetImages
import OctetText

/// The items of a NumPy array file (.npy), as the bytes that a model is fed.
///
/// The file has one item of the model's shape, or any number of them along a first axis. uint8 are fed as they are, as
/// pixels are; int8 are the integers of the model's input; all others are numbers that become the nearest integer of
/// the input by its scale. Axes of one place may be there or not. Whoever reads the file hands items over one by one,
/// so that a small device need not hold it.
package struct ArrayItems: Sendable {
  private enum Number {
    case uint8, int8, int16, float32, float64

    /// Nil for any other.
    init?(_ description: String) {
      // Low bytes first, or bytes alone.
      if description.matches("|u1") {
        self = .uint8
      } else if description.matches("|i1") {
        self = .int8
      } else if description.matches("<i2") {
        self = .int16
      } else if description.matches("<f4") {
        self = .float32
      } else if description.matches("<f8") {
        self = .float64
      } else {
        return nil
      }
    }

    var byteCount: Int {
      switch self {
      case .uint8, .int8: 1
      case .int16: 2
      case .float32: 4
      case .float64: 8
      }
    }
  }

  private let number: Number
  private let dataOffset: Int
  /// Numbers of an item.
  private let size: Int
  private let scale: InputScale
  /// For errors.
  private let name: String
  /// Items of the file.
  package let count: Int
  /// Whether there is a first axis, along which items have numbers.
  package let isNumbered: Bool

  /// Bytes of a file that are enough to know what is in it, and that an item's are behind.
  package static let startBytes = 1 << 16 + 64
  /// Files with more bytes are refused.
  package static let largestFile = 1 << 30

  /// - Parameters:
  ///   - file: its first `startBytes` bytes, or all of a shorter one.
  ///   - byteCount: of the whole file.
  package init(_ file: Span<UInt8>, byteCount: Int, _ model: Model, name: String) throws(PictureError) {
    let header: NPYHeader
    do throws(NPYHeader.Failure) {
      header = try NPYHeader(file)
    } catch {
      throw .other(
        path: name, finding: "byte \(error.offset): \(error.reason)", advice: "write it with numpy.save")
    }
    guard let number = Number(header.description), !header.isFortranOrder else {
      throw .other(
        path: name,
        finding: header.isFortranOrder
          ? "has its first axis changing fastest" : "holds numbers of the type \"\(header.description)\"",
        advice: "save it as little-endian uint8, int8, int16, float32 or float64 in C order")
    }
    guard number == .uint8 || model.pixelMap == nil else {
      throw .other(
        path: name, finding: "holds no uint8, and the model makes its integers of pixels itself",
        advice: "save pixels as uint8")
    }
    self.number = number
    self.name = name
    dataOffset = header.dataOffset
    size = model.imageBytes
    scale = model.inputScale
    let shape = [model.imageHeight, model.imageWidth, model.imageChannels]
    let isWhole = Self.isItem(header.shape[...], of: shape, size: size)
    guard isWhole || Self.isItem(header.shape.dropFirst(), of: shape, size: size),
      let first = header.shape.first
    else {
      throw .other(
        path: name,
        finding: "has the shape \(Self.text(header.shape)), and the model takes \(Self.text(shape))",
        advice: "give one item of that shape, or several along a first axis")
    }
    isNumbered = !isWhole
    let room = byteCount - dataOffset
    let (numbers, overflows) = (isWhole ? 1 : first).multipliedReportingOverflow(by: size)
    guard !overflows, room % number.byteCount == 0, numbers == room / number.byteCount else {
      throw .other(
        path: name, finding: "has a shape of other than the \(room) bytes behind its header",
        advice: "write it with numpy.save")
    }
    count = isWhole ? 1 : first
    guard count > 0 else { throw .other(path: name, finding: "has no items", advice: "give at least one") }
  }

  /// Whether a file is one of arrays, by its name.
  package static func isArray(_ path: String) -> Bool { path.matches(".npy", atEnd: true) }

  /// Bytes of an item, and where they lie in the file.
  package var itemBytes: Int { size * number.byteCount }
  package func range(_ item: Int) -> Range<Int> {
    dataOffset + item * itemBytes..<dataOffset + (item + 1) * itemBytes
  }

  /// Whether items can have numbers that are none, so that all have to be checked before the first has an answer.
  package var needsCheck: Bool { number == .float32 || number == .float64 }

  /// - Parameter bytes: of the item.
  package func check(_ item: Int, _ bytes: Span<UInt8>) throws(PictureError) {
    for place in 0..<size where !value(place, bytes).isFinite {
      throw .other(
        path: name, finding: "has a number in item \(item) that is no float32", advice: "give finite numbers")
    }
  }

  /// Whether axes are those of an item, or one row of as many numbers.
  private static func isItem(_ axes: ArraySlice<Int>, of shape: [Int], size: Int) -> Bool {
    let wanted = shape.filter { $0 != 1 }
    let found = axes.filter { $0 != 1 }
    if found == wanted { return true }
    return found.count == 1 && found[0] == size
  }

  /// As Python writes it.
  private static func text(_ shape: [Int]) -> String {
    var text = "("
    for (place, size) in shape.enumerated() { text += place == 0 ? "\(size)" : ", \(size)" }
    return text + (shape.count == 1 ? ",)" : ")")
  }

  /// Fills `fed` with what the model is fed of the bytes of an item.
  func feed(_ bytes: Span<UInt8>, to fed: inout [UInt8]) {
    for place in 0..<size {
      switch number {
      case .uint8: fed[place] = bytes[place]
      case .int8: fed[place] = bytes[place] ^ 0x80
      case .int16, .float32, .float64: fed[place] = scale.fed(value(place, bytes))
      }
    }
  }

  private func value(_ place: Int, _ file: Span<UInt8>) -> Float {
    switch number {
    case .uint8, .int8: 0
    case .int16: Float(Int16(truncatingIfNeeded: bits(place, 2, file)))
    case .float32: Float(bitPattern: UInt32(truncatingIfNeeded: bits(place, 4, file)))
    case .float64: Float(Double(bitPattern: bits(place, 8, file)))
    }
  }

  private func bits(_ place: Int, _ byteCount: Int, _ file: Span<UInt8>) -> UInt64 {
    var bits: UInt64 = 0
    for byte in (0..<byteCount).reversed() {
      bits = bits << 8 | UInt64(file[place * byteCount + byte])
    }
    return bits
  }
}
