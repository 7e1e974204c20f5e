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
    let first, second: Int
    let windowHeight, windowWidth: Int
    let strideDown, strideAcross: Int
    let reachAbove, reachLeft: Int
    let poolHeight, poolWidth: Int
    let minimum, maximum: Int
    let roundings: Int
    let constants: Int
    let constantBytes: Int
    let multiplierA, multiplierB, inputShift: Int
  }

  let bytes: [UInt8]
  let arenaBytes: Int
  let head: Int
  let step: Int
  let labels: [String]
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
    precondition(Array(bytes[0..<4]) == [0x4F, 0x43, 0x54, 0x38] && unsigned(4, 2) == 1, "no .octet file")
    precondition(unsigned(6, 2) == 48 && unsigned(8, 4) == bytes.count, "wrong length")
    precondition(unsigned(12, 4) == WholeLayerReference.checkSum(bytes[16...]), "wrong check sum")
    arenaBytes = unsigned(16, 4)
    let layerCount = unsigned(20, 2)
    let classCount = unsigned(22, 2)
    head = byte(26)
    step = unsigned(28, 4)
    tensors = (0...layerCount).map { index in
      let at = 48 + 24 * index
      return TensorRecord(
        height: unsigned(at + 6, 2), width: unsigned(at + 8, 2), channels: unsigned(at + 10, 2),
        zeroPoint: signed(at + 16, 1), elementBytes: byte(at + 17),
        scale: Float(bitPattern: UInt32(unsigned(at + 20, 4))))
    }
    let layersAt = 48 + 24 * (layerCount + 1)
    layers = (0..<layerCount).map { index in
      let at = layersAt + 40 * index
      return LayerRecord(
        kind: byte(at), hasTable: byte(at + 1) == 1, first: unsigned(at + 2, 2), second: unsigned(at + 4, 2),
        windowHeight: byte(at + 6), windowWidth: byte(at + 7), strideDown: byte(at + 8),
        strideAcross: byte(at + 9), reachAbove: byte(at + 10), reachLeft: byte(at + 11),
        poolHeight: byte(at + 12), poolWidth: byte(at + 13), minimum: signed(at + 14, 2),
        maximum: signed(at + 16, 2), roundings: 1 + byte(at + 18), constants: unsigned(at + 20, 4),
        constantBytes: unsigned(at + 24, 4),
        multiplierA: unsigned(at + 32, 3), multiplierB: unsigned(at + 36, 4), inputShift: byte(at + 35))
    }
    var at = layersAt + 40 * layerCount
    var labels: [String] = []
    for _ in 0..<classCount {
      labels.append(String(decoding: file[at + 1..<at + 1 + byte(at)], as: UTF8.self))
      at += 1 + byte(at)
    }
    self.labels = labels
  }

  func int8(_ offset: Int) -> Int { Int(Int8(bitPattern: bytes[offset])) }

  func int32(_ offset: Int) -> Int {
    let low = Int(bytes[offset]) | Int(bytes[offset + 1]) << 8 | Int(bytes[offset + 2]) << 16
    return low | int8(offset + 3) << 24
  }
}
