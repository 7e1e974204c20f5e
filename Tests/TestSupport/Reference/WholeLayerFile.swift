/// A second reader of .octet files, written from docs/FORMAT.md alone. It trusts the file: only tests use it, on files
/// that are known to be good, and a bad index stops the test.
struct WholeLayerFile {
  struct TensorRecord {
    let height, width, channels: Int
    let zeroPoint: Int
    let elementBytes: Int
    let scale: Float
  }

  struct LayerRecord {
    let kind: Int
    let hasTable: Bool
    /// 8: a constant for each channel, 16: for each value, in place of a second tensor.
    let operandFlags: Int
    let first, second: Int
    let windowHeight, windowWidth: Int
    let strideDown, strideAcross: Int
    let reachAbove, reachLeft: Int
    let poolHeight, poolWidth: Int
    let minimum, maximum: Int
    let rounding: Int
    let weightZeroPoint: Int
    /// 0 a byte each, 1 four bits, 2 five in a byte.
    let weightEncoding: Int
    let constants: Int
    let constantBytes: Int
  }

  struct OutputRecord {
    let tensor, meaning, head, step: Int
    let names: [String]
  }

  let bytes: [UInt8]
  let arenaBytes: Int
  let outputs: [OutputRecord]
  /// Factor and offset of each channel; empty where an integer of the input is the pixel less 128.
  let pixelMap: [(factor: Int, offset: Int)]
  let tensors: [TensorRecord]
  let layers: [LayerRecord]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    let file = bytes
    func byte(_ offset: Int) -> Int { Int(file[offset]) }
    func unsigned(_ offset: Int, _ size: Int) -> Int {
      (0..<size).reduce(0) { $0 + byte(offset + $1) << (8 * $1) }
    }
    func signed(_ offset: Int, _ size: Int) -> Int {
      let value = unsigned(offset, size)
      return value >= 1 << (8 * size - 1) ? value - 1 << (8 * size) : value
    }
    precondition(Array(bytes[0..<4]) == [0x4F, 0x43, 0x54, 0x38] && unsigned(4, 2) == 2, "no .octet file")
    precondition(unsigned(6, 2) == 64 && unsigned(8, 4) == bytes.count, "wrong length")
    precondition(unsigned(12, 4) == WholeLayerReference.checkSum(bytes[16...]), "wrong check sum")
    arenaBytes = unsigned(16, 4)
    let layerCount = unsigned(24, 2)
    let outputCount = unsigned(26, 2)
    let tensors = (0...layerCount).map { index in
      let at = 64 + 28 * index
      return TensorRecord(
        height: unsigned(at + 6, 2), width: unsigned(at + 8, 2), channels: unsigned(at + 10, 2),
        zeroPoint: signed(at + 20, 1), elementBytes: byte(at + 21),
        scale: Float(bitPattern: UInt32(unsigned(at + 24, 4))))
    }
    self.tensors = tensors
    let layersAt = 64 + 28 * (layerCount + 1)
    layers = (0..<layerCount).map { index in
      let at = layersAt + 44 * index
      return LayerRecord(
        kind: byte(at), hasTable: byte(at + 1) % 2 == 1, operandFlags: byte(at + 1) & 24,
        first: unsigned(at + 4, 2),
        second: unsigned(at + 6, 2), windowHeight: unsigned(at + 8, 2), windowWidth: unsigned(at + 10, 2),
        strideDown: byte(at + 16), strideAcross: byte(at + 17), reachAbove: unsigned(at + 12, 2),
        reachLeft: unsigned(at + 14, 2), poolHeight: byte(at + 20), poolWidth: byte(at + 21),
        minimum: signed(at + 24, 2), maximum: signed(at + 26, 2), rounding: byte(at + 2),
        weightZeroPoint: signed(at + 23, 1), weightEncoding: byte(at + 3),
        constants: unsigned(at + 32, 4), constantBytes: unsigned(at + 36, 4))
    }
    let outputsAt = layersAt + 44 * layerCount
    outputs = (0..<outputCount).map { index in
      let at = outputsAt + 16 * index
      var names: [String] = []
      var place = unsigned(at + 8, 4)
      let end = place + unsigned(at + 12, 4)
      while place < end {
        names.append(String(decoding: file[place + 1..<place + 1 + byte(place)], as: UTF8.self))
        place += 1 + byte(place)
      }
      return OutputRecord(
        tensor: unsigned(at, 2), meaning: byte(at + 2), head: byte(at + 3), step: unsigned(at + 4, 4),
        names: names)
    }
    let mapAt = (outputsAt + 16 * outputCount + unsigned(28, 4) + 15) / 16 * 16
    pixelMap =
      byte(36) == 0
      ? [] : (0..<tensors[0].channels).map { (signed(mapAt + 8 * $0, 4), signed(mapAt + 8 * $0 + 4, 4)) }
  }

  func int8(_ offset: Int) -> Int { Int(Int8(bitPattern: bytes[offset])) }

  func int32(_ offset: Int) -> Int {
    let low = Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 | Int(bytes[offset + 2]) << 16
    return low | int8(offset + 3) << 24
  }
}
