import Octet

/// Where a host holds the rows of a model.
///
/// The plan in a file is for chips: rings hold as few rows as can be, and share memory over time. A host has memory,
/// and gains by several rows at a time. So here each ring has a place of its own and room for the rows of `StripOrder`;
/// only outputs stay where the file has them, as all callers read them there.
struct HostLayout {
  /// The file's records with these rings.
  let records: ModelRecords
  /// The most rows of each tensor that are made at a time.
  let strips: [Int]
  let arenaBytes: Int

  /// A tensor of so many bytes is made as a whole, so that narrow rows fill the vectors together.
  private static var wholeBytes: Int { 8192 }
  /// Of larger ones about as much is made at a time: several layers' rows stay in the first cache.
  private static var stripBytes: Int { 4096 }
  /// So much of its input may lie under what is made of a tensor at a time.
  private static var inputBytes: Int { 16384 }
  /// Of a line of the cache.
  private static var alignment: Int { 64 }

  /// Nil where it would take more memory than the largest arena of a file: where very large tensors share theirs.
  init?(_ model: Model, in storage: PackedStorage) {
    let file = model.records
    let strips = (0...file.layerCount).map {
      $0 == 0 ? Self.strip(file.tensor(0)) : Self.strip(file.shape($0 - 1))
    }
    self.strips = strips
    // Windows may lie wholly on the border above, before any row is there.
    var rows = (0...file.layerCount).map { max(Int(file.tensor($0).borderAbove), 1) }
    // Whether layers wait or rings share in the file is of no account.
    var order = StripOrder(file, strips: strips)
    order.forEach(strip: { rows[$0] = max(rows[$0], $1.count) }, event: { _ in })
    var end = model.arenaBytes
    func allocate(_ bytes: Int) -> Int {
      let start = (end + Self.alignment - 1) / Self.alignment * Self.alignment
      end = start + bytes
      return start
    }
    var rings = rows.indices.map { index in
      (start: allocate(rows[index] * file.tensor(index).rowBytes), rows: UInt16(rows[index]))
    }
    let accumulators = (0..<file.layerCount).map { allocate(Int(file.shape($0).accumulatorsBytes)) }
    for output in 0..<model.outputCount {
      let tensor = file.tensor(model.output(output).tensor)
      rings[model.output(output).tensor] = (start: Int(tensor.ringOffset), rows: tensor.ringRows)
    }
    guard end - model.arenaBytes <= Int(Limit.arenaBytes) else { return nil }
    arenaBytes = end
    let copy = UnsafeMutableRawPointer(storage.allocate((file.recordsBytes + 3) / 4, of: UInt32.self))
    records = file.relaid(
      in: copy,
      tensor: { index, record in
        Self.set(TensorRecord.Field.ringOffset, in: record, UInt32(rings[index].start))
        Self.set(TensorRecord.Field.ringRows, in: record, rings[index].rows)
        Self.clear(TensorRecord.Flag.shares, in: record + Int(TensorRecord.Field.flags))
      },
      layer: { index, record in
        Self.set(LayerRecord.Field.accumulatorsOffset, in: record, UInt32(accumulators[index]))
        Self.clear(LayerRecord.Flag.waits, in: record + Int(LayerRecord.Field.flags))
      })
  }

  private static func strip(_ tensor: TensorRecord) -> Int {
    let height = Int(tensor.height)
    if height * tensor.rowBytes <= wholeBytes { return height }
    return min(max(stripBytes / tensor.rowBytes, 1), height)
  }

  /// The same of a layer's output, whose strip must not need much of the input at once.
  private static func strip(_ shape: LayerShape) -> Int {
    let rowsUnder = shape.layer.kind.traits.contains(.window) ? shape.layer.rowStep : 1
    let most = inputBytes / (shape.input.rowBytes * rowsUnder)
    return min(strip(shape.output), max(most, 1))
  }

  private static func set(
    _ field: UInt32, in record: UnsafeMutableRawPointer, _ value: some FixedWidthInteger
  ) {
    (record + Int(field)).storeBytes(of: value.littleEndian, as: type(of: value))
  }

  private static func clear(_ flag: UInt8, in flags: UnsafeMutableRawPointer) {
    flags.storeBytes(of: flags.load(as: UInt8.self) & ~flag, as: UInt8.self)
  }
}
