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
    var border: (UInt16, UInt16, UInt16, UInt16) = (0, 0, 0, 0)
    var zeroPoint: Int8 = 0
    var elementBytes: UInt8 = 1
    var scale: Float = 0.5
    var flags: UInt8 = 0
    /// Where its ring is; nil for behind what has a place so far.
    var place: UInt32?

    var ringBytes: UInt32 {
      UInt32(rows) * (UInt32(border.2) + UInt32(width) + UInt32(border.3)) * UInt32(channels)
        * UInt32(elementBytes)
    }

    /// A ring that holds the whole tensor.
    init(
      _ height: UInt16, _ width: UInt16, _ channels: UInt16, border: UInt16 = 0, zeroPoint: Int8 = 0,
      elementBytes: UInt8 = 1
    ) {
      self.height = height
      self.width = width
      self.channels = channels
      self.border = (border, border, border, border)
      self.zeroPoint = zeroPoint
      self.elementBytes = elementBytes
      rows = height + 2 * border
    }
  }

  struct Layer {
    var kind: LayerKind
    var flags: UInt8 = 0
    var input: UInt16
    var second: UInt16?
    var window: (UInt16, UInt16) = (1, 1)
    var stride: (UInt8, UInt8) = (1, 1)
    var reach: (UInt16, UInt16) = (0, 0)
    var pool: (UInt8, UInt8) = (1, 1)
    var clamp: (Int16, Int16) = (-128, 127)
    var rounding: UInt8 = 0
    var encoding: UInt8 = 0
    var weightZeroPoint: UInt8 = 0
    var accumulators: UInt32 = 0
    /// Bytes of accumulators, for laying out the arena.
    var accumulatorsBytes: UInt32 = 0
    /// Where they are; nil for behind what has a place so far.
    var place: UInt32?
    var constants: [UInt8] = []

    init(_ kind: LayerKind, input: UInt16) {
      self.kind = kind
      self.input = input
    }
  }

  var tensors: [Tensor]
  var layers: [Layer]
  struct Output {
    var tensor: UInt16
    var meaning = OutputMeaning.classes
    var head = Head.softmax
    var step: UInt32 = 100_000
    var names: [String] = []
  }

  var outputs: [Output]
  /// Kind, fit, inversion, order of channels, and whether there is a map.
  var input: (UInt8, UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0, 0)
  /// Factor and offset of each channel.
  var pixelMap: [Int32] = []
  /// One for each layer, or none.
  var layerNames: [String] = []

  /// Classes in the last tensor.
  init(tensors: [Tensor], layers: [Layer], labels: [String] = ["a", "bc", ""]) {
    self.tensors = tensors
    self.layers = layers
    outputs = [Output(tensor: UInt16(layers.count), names: labels)]
  }

  /// The names of the first output.
  var labels: [String] {
    get { outputs[0].names }
    set { outputs[0].names = newValue }
  }

  /// Gives every ring and every layer's accumulators a place, one after the other; the arena's length comes back.
  mutating func layOut() -> UInt32 {
    var end: UInt32 = 0
    func place(_ bytes: UInt32, at given: UInt32?) -> UInt32 {
      let start = given ?? (end + 3) & ~3
      end = max(end, start + bytes)
      return start
    }
    for index in tensors.indices {
      tensors[index].ring = place(tensors[index].ringBytes, at: tensors[index].place)
    }
    for index in layers.indices where layers[index].accumulatorsBytes > 0 {
      layers[index].accumulators = place(
        layers[index].accumulatorsBytes, at: layers[index].place)
    }
    return end
  }

  /// The file.
  mutating func bytes() -> [UInt8] {
    let arena = layOut()
    let names = outputs.map { $0.names.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } }
    let layerNames = layerNames.flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    let nameBytes = names.reduce(layerNames.count) { $0 + $1.count }
    var file: [UInt8] = Array("OCT8".utf8)
    file.append16(2)
    file.append16(64)
    file.append32(0)
    file.append32(0)
    file.append32(arena)
    file.append32(0)
    file.append16(UInt16(layers.count))
    file.append16(UInt16(outputs.count))
    file.append32(UInt32(nameBytes))
    file += [input.0, input.1, input.2, input.3, input.4]
    file += [layerNames.isEmpty ? 0 : 1] + [UInt8](repeating: 0, count: 26)
    for tensor in tensors { append(tensor, to: &file) }
    var offset = UInt32(file.count + 44 * layers.count + 16 * outputs.count + nameBytes + 15) & ~15
    offset = (offset + UInt32(4 * pixelMap.count) + 15) & ~15
    for layer in layers {
      append(layer, constantsOffset: layer.constants.isEmpty ? 0 : offset, to: &file)
      offset += UInt32(layer.constants.count)
    }
    var place = UInt32(file.count + 16 * outputs.count)
    for (output, names) in zip(outputs, names) {
      file.append16(output.tensor)
      file += [output.meaning.rawValue, output.head.rawValue]
      file.append32(output.step)
      file.append32(names.isEmpty ? 0 : place)
      file.append32(UInt32(names.count))
      place += UInt32(names.count)
    }
    for names in names { file += names }
    file += layerNames
    file.padTo16()
    for number in pixelMap { file.append32(UInt32(bitPattern: number)) }
    file.padTo16()
    for layer in layers { file += layer.constants }
    file.put32(UInt32(file.count), at: 8)
    return file.mended()
  }

  private func append(_ tensor: Tensor, to file: inout [UInt8]) {
    file.append32(tensor.ring)
    for half in [tensor.rows, tensor.height, tensor.width, tensor.channels] { file.append16(half) }
    for cells in [tensor.border.0, tensor.border.1, tensor.border.2, tensor.border.3] { file.append16(cells) }
    file += [UInt8(bitPattern: tensor.zeroPoint), tensor.elementBytes, 0, tensor.flags]
    file.append32(tensor.scale.bitPattern)
  }

  private func append(_ layer: Layer, constantsOffset: UInt32, to file: inout [UInt8]) {
    file += [layer.kind.rawValue, layer.flags, layer.rounding, layer.encoding]
    file.append16(layer.input)
    file.append16(layer.second ?? 0)
    for half in [layer.window.0, layer.window.1, layer.reach.0, layer.reach.1] { file.append16(half) }
    file += [layer.stride.0, layer.stride.1, 1, 1, layer.pool.0, layer.pool.1]
    file += [layer.second == nil ? 1 : 2, layer.weightZeroPoint]
    file.append16(UInt16(bitPattern: layer.clamp.0))
    file.append16(UInt16(bitPattern: layer.clamp.1))
    file.append16(1)
    file.append16(0)
    file.append32(constantsOffset)
    file.append32(UInt32(layer.constants.count))
    file.append32(layer.accumulators)
  }

  /// Constants of a layer of two inputs.
  static func factors(_ first: UInt32, _ second: UInt32, shift: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    for number in [first, second, 0, shift << 16] { bytes.append32(number) }
    return bytes
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
