import OctetHost
import OctetTraining
import TestSupport
import Testing

@Suite struct SparseMatrixTests {
  /// A matrix of which `share` is not zero, with rows and columns that are all zero among others.
  private static func matrix(
    _ rows: Int, _ columns: Int, share: Double, _ random: inout RandomStream
  ) -> [Float] {
    let emptyRow = random.integer(0...rows)
    let emptyColumn = random.integer(0...columns)
    let values = random.floats(rows * columns)
    return values.enumerated().map { place, value in
      let isEmpty = place / columns == emptyRow || place % columns == emptyColumn
      return isEmpty || Double(random.nextUnit()) >= share ? 0 : value == 0 ? 1 : value
    }
  }

  /// Both products against their definition; the widths reach past every width of strip.
  @Test(arguments: 0..<80)
  func `products equal their definition`(seed: Int) throws {
    var random = RandomStream.test(12, UInt64(seed))
    let (most, columns, width) = (random.integer(1...50), random.integer(1...40), random.integer(1...230))
    let sparse = SparseMatrix(rows: most, columns: columns)
    // The same one several times: what it held before must not shine through.
    for _ in 0..<3 {
      let rows = random.integer(1...most)
      let dense = Self.matrix(rows, columns, share: 0.2, &random)
      let isTaken = dense.withUnsafeBufferPointer { values in
        values.baseAddress.map { sparse.take($0, rows: rows) } ?? false
      }
      let count = dense.count { $0 != 0 }
      #expect(isTaken == (count <= Int(Double(rows * columns) * 3 / 8)), "\(count) of \(rows * columns)")
      guard isTaken else { continue }

      let right = random.floats(columns * width)
      var product = random.floats(rows * width)
      multiply(product: &product, right) { sparse.multiply($1, width: width, into: $0) }
      for row in 0..<rows {
        for place in 0..<width {
          let sum = (0..<columns).reduce(0.0) {
            $0 + Double(dense[row * columns + $1]) * Double(right[$1 * width + place])
          }
          #expect(abs(Double(product[row * width + place]) - sum) < 1e-4)
        }
      }

      let left = random.floats(rows * width)
      let start = random.floats(width * columns)
      var sums = start
      multiply(product: &sums, left) { sparse.multiplyTransposed($1, width: width, addingTo: $0) }
      for place in 0..<width {
        for column in 0..<columns {
          let sum = (0..<rows).reduce(Double(start[place * columns + column])) {
            $0 + Double(left[$1 * width + place]) * Double(dense[$1 * columns + column])
          }
          #expect(abs(Double(sums[place * columns + column]) - sum) < 1e-4)
        }
      }
    }
  }

  @Test(arguments: [(1, 1), (7, 3), (64, 33)])
  func `refuses what is not mostly zeros`(rows: Int, columns: Int) {
    let sparse = SparseMatrix(rows: rows, columns: columns)
    let full = [Float](repeating: 1, count: rows * columns)
    let empty = [Float](repeating: 0, count: rows * columns)
    #expect(full.withUnsafeBufferPointer { $0.baseAddress.map { sparse.take($0, rows: rows) } } == false)
    #expect(empty.withUnsafeBufferPointer { $0.baseAddress.map { sparse.take($0, rows: rows) } } == true)
  }

  private func multiply(
    product: inout [Float], _ operand: [Float],
    _ body: (UnsafeMutablePointer<Float>, UnsafePointer<Float>) -> Void
  ) {
    operand.withUnsafeBufferPointer { operand in
      product.withUnsafeMutableBufferPointer { product in
        if let first = product.baseAddress, let second = operand.baseAddress { body(first, second) }
      }
    }
  }
}
