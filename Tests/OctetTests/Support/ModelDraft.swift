import Octet
import OctetTraining

/// A file being put together by hand, field by field, so that a test can break any rule it likes.
///
/// Knows nothing of the quantizer: the loader's tests must not agree with it by accident.
struct ModelDraft {
  struct Tensor {
    var ring: UInt32 = 0
    var rows: UInt16
    var height: UInt16
    var width: UInt16
    var channels: UInt16
    /// Above, below, left, right.
    var border: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
    var zeroPoint: Int8 = 0
    var elementBytes: UInt8 = 1
    var scale: Float = 0.5

    var ringBytes: UInt32 {
      UInt32(rows) * (UInt32(border.2) + UInt32(width) + UInt32(border.3)) * UInt32(channels)
        * UInt32(elementBytes)
    }

    /// A ring that holds the whole tensor.
    init(
      _ height: UInt16, _ width: UInt16, _ channels: UInt16, border: UInt8 = 0, zeroPoint: Int8 = 0,
      elementBytes: UInt8 = 1
    ) {
      self.height = height
      self.width = width
      self.channels = channels
      self.border = (border, border, border, border)
      self.zeroPoint = zeroPoint
      self.elementBytes = elementBytes
      rows = height + 2 * UInt16(border)
    }
  }

  struct Layer {
    var kind: LayerKind
    var flag: UInt8 = 0
    var input: UInt16
    var second: UInt16 = 0
    var window: (UInt8, UInt8) = (1, 1)
    var stride: (UInt8, UInt8) = (1, 1)
    var reach: (UInt8, UInt8) = (0, 0)
    var pool: (UInt8, UInt8) = (1, 1)
    var clamp: (Int16, Int16) = (-128, 127)
    var rounding: UInt8 = 0
    var accumulators: UInt32 = 0
    /// Bytes of accumulators, for laying out the arena.
    var accumulatorsBytes: UInt32 = 0
    var third: UInt32 = 0
    var fourth: UInt32 = 0
    var constants: [UInt8] = []

    init(_ kind: LayerKind, input: UInt16) {
      self.kind = kind
      self.input = input
    }
  }

  var tensors: [Tensor]
  var layers: [Layer]
  var labels = ["a", "bc", ""]
  var head = Head.softmax
  var step: UInt32 = 100_000

  /// Gives every ring and every layer's accumulators a place, one after the other; the arena's length comes back.
  mutating func layOut() -> UInt32 {
    var end: UInt32 = 0
    func place(_ bytes: UInt32) -> UInt32 {
      let start = (end + 3) & ~3
      end = start + bytes
      return start
    }
    for index in tensors.indices { tensors[index].ring = place(tensors[index].ringBytes) }
    for index in layers.indices where layers[index].accumulatorsBytes > 0 {
      layers[index].accumulators = place(layers[index].accumulatorsBytes)
    }
    return end
  }

  /// The file.
  mutating func bytes() -> [UInt8] {
    let arena = layOut()
    var labelBytes: [UInt8] = []
    for label in labels {
      labelBytes.append(UInt8(label.utf8.count))
      labelBytes += Array(label.utf8)
    }
    var file: [UInt8] = Array("OCT8".utf8)
    file.append16(1)
    file.append16(48)
    file.append32(0)
    file.append32(0)
    file.append32(arena)
    file.append16(UInt16(layers.count))
    file.append16(UInt16(labels.count))
    file.append16(UInt16(labelBytes.count))
    file += [head.rawValue, 0]
    file.append32(step)
    file += [UInt8](repeating: 0, count: 16)
    for tensor in tensors { append(tensor, to: &file) }
    var offset = UInt32(file.count + 40 * layers.count + labelBytes.count + 15) & ~15
    for layer in layers {
      append(layer, constantsOffset: layer.constants.isEmpty ? 0 : offset, to: &file)
      offset += UInt32(layer.constants.count)
    }
    file += labelBytes
    file.padTo16()
    for layer in layers { file += layer.constants }
    file.put32(UInt32(file.count), at: 8)
    return file.mended()
  }

  private func append(_ tensor: Tensor, to file: inout [UInt8]) {
    file.append32(tensor.ring)
    for half in [tensor.rows, tensor.height, tensor.width, tensor.channels] { file.append16(half) }
    file += [tensor.border.0, tensor.border.1, tensor.border.2, tensor.border.3]
    file += [UInt8(bitPattern: tensor.zeroPoint), tensor.elementBytes, 0, 0]
    file.append32(tensor.scale.bitPattern)
  }

  private func append(_ layer: Layer, constantsOffset: UInt32, to file: inout [UInt8]) {
    file += [layer.kind.rawValue, layer.flag]
    file.append16(layer.input)
    file.append16(layer.second)
    file += [layer.window.0, layer.window.1, layer.stride.0, layer.stride.1]
    file += [layer.reach.0, layer.reach.1, layer.pool.0, layer.pool.1]
    file.append16(UInt16(bitPattern: layer.clamp.0))
    file.append16(UInt16(bitPattern: layer.clamp.1))
    file += [layer.rounding, 0]
    file.append32(constantsOffset)
    file.append32(UInt32(layer.constants.count))
    file.append32(layer.accumulators)
    file.append32(layer.third)
    file.append32(layer.fourth)
  }

  /// Constants of a weighted layer.
  static func parameters(
    bias: [Int32], multiplier: Int32 = 1 << 30, shift: UInt8 = 36, table: [Int8] = [], weights: [Int8]
  )
    -> [UInt8]
  {
    var bytes: [UInt8] = []
    for value in bias { bytes.append32(UInt32(bitPattern: value)) }
    for _ in bias { bytes.append32(UInt32(bitPattern: multiplier)) }
    bytes += bias.map { _ in shift }
    bytes += table.map { UInt8(bitPattern: $0) }
    bytes.padTo16()
    bytes += weights.map { UInt8(bitPattern: $0) }
    bytes.padTo16()
    return bytes
  }

  /// Constants of a layer that averages.
  static func pairs(_ count: Int, multiplier: Int32 = 1 << 30, shift: UInt8 = 40) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<count { bytes.append32(UInt32(bitPattern: multiplier)) }
    bytes += [UInt8](repeating: shift, count: count)
    bytes.padTo16()
    return bytes
  }
}

extension [UInt8] {
  mutating func append16(_ value: UInt16) {
    self += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
  }

  mutating func append32(_ value: UInt32) {
    append16(UInt16(truncatingIfNeeded: value))
    append16(UInt16(truncatingIfNeeded: value >> 16))
  }

  mutating func put32(_ value: UInt32, at offset: Int) {
    for byte in 0..<4 { self[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt32(byte))) }
  }

  mutating func put16(_ value: UInt16, at offset: Int) {
    for byte in 0..<2 { self[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * UInt16(byte))) }
  }

  mutating func padTo16() {
    while count % 16 != 0 { append(0) }
  }

  /// The same file with a check sum that fits, worked out bit by bit.
  func mended() -> [UInt8] {
    guard count >= 16 else { return self }
    var state = UInt32.max
    for byte in self[16...] {
      state ^= UInt32(byte)
      for _ in 0..<8 { state = state & 1 == 1 ? (state >> 1) ^ 0xEDB8_8320 : state >> 1 }
    }
    var result = self
    result.put32(~state, at: 12)
    return result
  }
}
