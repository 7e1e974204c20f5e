import OctetTraining

/// What the firmware wrote; firmware-sim/firmware/ResultFile.swift is the other side.
struct Results {
  struct Layer {
    let checksum: UInt32
    let ticks: UInt32
    let spans: UInt32
  }

  struct Image {
    let number: Int
    let classIndex: Int?
    let probability: UInt32?
    let ticks: UInt32
    let layers: [Layer]
    let logits: [Int32]
  }

  /// What the firmware's loader said about a damaged model.
  struct Flip {
    let record: FlipRecord
    /// The raw value of the rule that was broken, where, and what stood there; nil if the model was accepted.
    let error: [UInt32]?
  }

  let flips: [Flip]
  let images: [Image]
  let stackBytes: Int
  /// For 20,000 instructions.
  private let loopTicks: Double
  private let readTicks: UInt32
  private let spanTicks: UInt32

  private static let imageMark: UInt32 = 0x5345_524F
  private static let endMark: UInt32 = 0x444E_454F

  init(_ bytes: [UInt8], name: String) throws(FirmwareError) {
    var reader = WordReader(bytes, name: name)
    var images: [Image] = []
    var flips: [Flip] = []
    while true {
      let start = reader.position
      let mark = try reader.word()
      if mark == Self.endMark {
        let count = try reader.word()
        let short = try reader.word()
        let long = try reader.word()
        loopTicks = Double(long) - Double(short)
        readTicks = try reader.word()
        spanTicks = try reader.word()
        stackBytes = Int(try reader.word())
        try Self.check(&reader, from: start, name)
        guard count == images.count, long > short else {
          throw FirmwareError("\(name): the last record does not fit the others")
        }
        break
      }
      if mark == FlipRecord.mark {
        flips.append(try Self.flip(&reader))
        try Self.check(&reader, from: start, name)
        continue
      }
      guard mark == Self.imageMark else { throw FirmwareError("\(name): unknown record at byte \(start)") }
      images.append(try Self.image(&reader))
      try Self.check(&reader, from: start, name)
    }
    self.images = images
    self.flips = flips
  }

  private static func image(_ reader: inout WordReader) throws(FirmwareError) -> Image {
    let number = Int(try reader.word())
    let classIndex = try reader.word()
    let probability = try reader.word()
    let ticks = try reader.word()
    let layerCount = try reader.word()
    let logitCount = try reader.word()
    var layers: [Layer] = []
    for _ in 0..<layerCount {
      layers.append(
        Layer(checksum: try reader.word(), ticks: try reader.word(), spans: try reader.word()))
    }
    var logits: [Int32] = []
    for _ in 0..<logitCount { logits.append(Int32(bitPattern: try reader.word())) }
    return Image(
      number: number, classIndex: classIndex == .max ? nil : Int(classIndex),
      probability: probability == .max ? nil : probability,
      ticks: ticks, layers: layers, logits: logits)
  }

  private static func flip(_ reader: inout WordReader) throws(FirmwareError) -> Flip {
    let offset = Int(try reader.word())
    let mask = UInt8(truncatingIfNeeded: try reader.word())
    let isMended = try reader.word() != 0
    let error = [try reader.word(), try reader.word(), try reader.word()]
    return Flip(
      record: FlipRecord(offset: offset, mask: mask, isMended: isMended),
      error: error[0] == .max ? nil : error)
  }

  private static func check(
    _ reader: inout WordReader, from start: Int, _ name: String
  ) throws(FirmwareError) {
    let own = reader.checksum(from: start)
    guard try reader.word() == own else { throw FirmwareError("\(name): damaged at byte \(start)") }
  }

  /// Instructions of a whole image; reading the timer is not counted.
  func instructions(_ image: Image) -> Double {
    (Double(image.ticks) - Double(readTicks)) * 20_000 / loopTicks
  }

  /// Instructions of one layer.
  func instructions(_ layer: Layer) -> Double {
    (Double(layer.ticks) - Double(layer.spans) * Double(spanTicks)) * 20_000 / loopTicks
  }
}
