import Octet

/// All that happens while an image goes through a model: the values of every layer, their check sums, and which row
/// came when.
struct RunRecord: RunObserver {
  /// A fold is marked by this bit.
  private static let fold: UInt16 = 0x8000

  private var isLooking = false
  /// The values of all layers, one after the other; made when the first run is looked at.
  private var maps: UnsafeMutableRawPointer?
  private let mapBytes: Int
  /// Where each layer's begin in `maps`, and where its next row goes.
  private let starts: UnsafeMutablePointer<Int>
  private let ends: UnsafeMutablePointer<Int>
  private let layerCount: Int
  private(set) var checksums = LayerChecksums()
  /// In the order of time: 0 for a row of the image, `layer + 1` for a row that a layer has made, and the same with
  /// `fold` for a row that it has added to its accumulators.
  let steps: UnsafeMutablePointer<UInt16>
  private(set) var stepCount = 0

  init(_ model: Model) {
    layerCount = model.layerCount
    starts = .allocate(capacity: layerCount)
    ends = .allocate(capacity: layerCount)
    var bytes = 0
    var stepCount = model.imageHeight
    for layer in 0..<layerCount {
      let shape = model.shape(layer)
      starts[layer] = bytes
      let output = shape.output
      bytes += Int(output.height) * Int(output.width) * output.pixelBytes
      stepCount += Int(output.height) + (shape.keepsAccumulators ? Int(shape.input.height) : 0)
    }
    mapBytes = bytes
    steps = .allocate(capacity: stepCount)
  }

  /// Nothing has happened yet.
  mutating func restart(isLooking: Bool) {
    self.isLooking = isLooking
    guard isLooking else { return }
    if maps == nil { maps = .allocate(byteCount: mapBytes, alignment: 16) }
    checksums = LayerChecksums()
    stepCount = 0
    for layer in 0..<layerCount { ends[layer] = starts[layer] }
  }

  /// The values of a layer, row by row.
  func values(_ layer: Int) -> UnsafeRawPointer? { maps.map { UnsafeRawPointer($0 + starts[layer]) } }

  /// A row of the image goes in.
  mutating func tookRow() { add(0) }

  mutating func willRun(layer: Int) {}

  mutating func didFold(layer: Int) { add(UInt16(truncatingIfNeeded: layer + 1) | Self.fold) }

  mutating func didRun(layer: Int, row: RawSpan) {
    guard isLooking, let maps else { return }
    add(UInt16(truncatingIfNeeded: layer + 1))
    checksums.didRun(layer: layer, row: row)
    row.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return }
      (maps + ends[layer]).copyMemory(from: start, byteCount: bytes.count)
    }
    ends[layer] += row.byteCount
  }

  private mutating func add(_ step: UInt16) {
    guard isLooking else { return }
    steps[stepCount] = step
    stepCount += 1
  }
}
