/// A FlatBuffers file put together by hand, so that a test can say what no converter says.
enum FlatBufferDraft {
  case byte(UInt8)
  case word(UInt32)
  /// Elements as they lie in the file, and how many they are.
  case vector([UInt8], count: Int)
  case tables([FlatBufferDraft])
  /// Fields by their number.
  case table([Int: FlatBufferDraft])

  static func vector<Number: FixedWidthInteger>(_ numbers: [Number]) -> FlatBufferDraft {
    .vector(numbers.flatMap(\.littleEndianBytes), count: numbers.count)
  }

  /// The file around an outermost table: its place, the mark of .tflite files, and what hangs on it.
  func file() -> [UInt8] {
    var file = [UInt8](repeating: 0, count: 4) + Array("TFL3".utf8)
    file.replace(0, append(to: &file))
    return file
  }

  /// Writes it with all that hangs on it behind, and gives its place.
  private func append(to file: inout [UInt8]) -> Int {
    while file.count % 8 != 0 { file.append(0) }
    let start = file.count
    switch self {
    case .byte, .word: preconditionFailure("lies in a table")
    case .vector(let bytes, let count):
      file += UInt32(count).littleEndianBytes + bytes
      return start
    case .tables(let tables):
      file += UInt32(tables.count).littleEndianBytes
      file += [UInt8](repeating: 0, count: 4 * tables.count)
      for (index, table) in tables.enumerated() { table.hang(from: start + 4 + 4 * index, in: &file) }
      return start
    case .table(let fields):
      // The list of places, then the table, where each field takes four bytes.
      let count = (fields.keys.max() ?? -1) + 1
      let used = fields.keys.sorted()
      file += UInt16(4 + 2 * count).littleEndianBytes + UInt16(4 + 4 * used.count).littleEndianBytes
      for number in 0..<count {
        file += UInt16(used.firstIndex(of: number).map { 4 + 4 * $0 } ?? 0).littleEndianBytes
      }
      let table = file.count
      file += Int32(table - start).littleEndianBytes + [UInt8](repeating: 0, count: 4 * used.count)
      for (index, number) in used.enumerated() {
        let place = table + 4 + 4 * index
        switch fields[number] {
        case .byte(let value): file[place] = value
        case .word(let value): file.replaceSubrange(place..<place + 4, with: value.littleEndianBytes)
        case let other: other?.hang(from: place, in: &file)
        }
      }
      return table
    }
  }

  /// Writes it, and at `place` how far away it begins.
  private func hang(from place: Int, in file: inout [UInt8]) {
    let target = append(to: &file)
    file.replace(place, target - place)
  }
}

extension FixedWidthInteger {
  var littleEndianBytes: [UInt8] { withUnsafeBytes(of: littleEndian) { Array($0) } }
}

extension [UInt8] {
  fileprivate mutating func replace(_ place: Int, _ value: Int) {
    replaceSubrange(place..<place + 4, with: UInt32(value).littleEndianBytes)
  }
}
