import Octet
import OctetImages
import OctetText

/// The items of a NumPy array file (.npy), as the bytes that a model is fed.
///
/// The file has one item of the model's shape, or any number of them along a first axis. uint8 are fed as they are, as
/// pixels are; int8 are the integers of the model's input; all others are numbers that become the nearest integer of
/// the input by its scale. Axes of one place may be there or not.
struct ArrayItems {
  private enum Number {
    case uint8, int8, int16, float32, float64

    /// Nil for any other.
    init?(_ description: String) {
      var text = description
      let found: Number? = text.withUTF8 { bytes in
        guard bytes.count == 3, bytes[0] != UInt8(ascii: ">") || bytes[2] == UInt8(ascii: "1") else {
          return nil
        }
        switch (bytes[1], bytes[2]) {
        case (UInt8(ascii: "u"), UInt8(ascii: "1")): return .uint8
        case (UInt8(ascii: "i"), UInt8(ascii: "1")): return .int8
        case (UInt8(ascii: "i"), UInt8(ascii: "2")): return .int16
        case (UInt8(ascii: "f"), UInt8(ascii: "4")): return .float32
        case (UInt8(ascii: "f"), UInt8(ascii: "8")): return .float64
        default: return nil
        }
      }
      guard let found else { return nil }
      self = found
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
  /// Items of the file.
  let count: Int
  /// Whether there is a first axis, along which items have numbers.
  let isNumbered: Bool

  /// - Parameter file: all of its bytes.
  init(_ file: Span<UInt8>, _ model: Model, name: String) throws(PictureError) {
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
        advice: "save it as uint8, int8, int16, float32 or float64 in C order")
    }
    self.number = number
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
    let room = file.count - dataOffset
    let (numbers, overflows) = (isWhole ? 1 : first).multipliedReportingOverflow(by: size)
    guard !overflows, room % number.byteCount == 0, numbers == room / number.byteCount else {
      throw .other(
        path: name, finding: "has a shape of other than the \(room) bytes behind its header",
        advice: "write it with numpy.save")
    }
    count = isWhole ? 1 : first
    guard count > 0 else { throw .other(path: name, finding: "has no items", advice: "give at least one") }
    // A file gives answers for all of its items or for none.
    for place in 0..<count * size where !value(place, file).isFinite {
      throw .other(
        path: name, finding: "has a number that is not finite in item \(place / size)",
        advice: "give finite numbers")
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

  /// Fills `bytes` with what the model is fed of an item.
  func feed(_ item: Int, _ file: Span<UInt8>, to bytes: inout [UInt8]) {
    for place in 0..<size { bytes[place] = fed(item * size + place, file) }
  }

  private func fed(_ place: Int, _ file: Span<UInt8>) -> UInt8 {
    switch number {
    case .uint8: return file[dataOffset + place]
    case .int8: return file[dataOffset + place] ^ 0x80
    case .int16, .float32, .float64: return scale.fed(value(place, file))
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
      bits = bits << 8 | UInt64(file[dataOffset + place * byteCount + byte])
    }
    return bits
  }
}
