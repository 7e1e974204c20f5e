import OctetFloatKernels

/// A matrix without its zeros, to be multiplied by dense ones.
///
/// The gradient behind a 2x2 max pool has at most one value in four, and rectifying and dropout clear more of them;
/// leaving the zeros out then costs far less than multiplying by them. A class, as it owns the room for its entries.
package final class SparseMatrix {
  /// Above this share of values that are not zero, dense products are as fast.
  private static let largestShare = 3.0 / 8.0

  private let room: Int
  private let places: UnsafeMutablePointer<Int32>
  private let values: UnsafeMutablePointer<Float>
  private var matrix: octet_sparse

  /// - Parameters:
  ///   - rows: of the largest matrix that will come.
  ///   - columns: of every matrix that will come.
  package init(rows: Int, columns: Int) {
    room = Int(Double(rows * columns) * Self.largestShare)
    let byRow = room + columns
    // The row starts, the column starts, and the places of both orders.
    let counts = [rows + 1, columns + 1, byRow, room]
    places = .allocate(capacity: counts.reduce(0, +))
    values = .allocate(capacity: byRow + room)
    matrix = octet_sparse(
      rows: 0, columns: columns, row_starts: places, row_places: places + counts[0] + counts[1],
      row_values: values,
      column_starts: places + counts[0], column_places: places + counts[0] + counts[1] + byRow,
      column_values: values + byRow)
  }

  deinit {
    places.deallocate()
    values.deallocate()
  }

  /// Takes the values of a dense matrix over, unless too many are not zero.
  ///
  /// - Returns: whether it did. It depends on the values alone, so the way that is taken does not depend on the
  ///   machine.
  package func take(_ dense: UnsafePointer<Float>, rows: Int) -> Bool {
    let most = Int(Double(rows * matrix.columns) * Self.largestShare)
    return octet_sparse_compress(&matrix, dense, rows, min(most, room)) >= 0
  }

  /// `target = self * right`, where `right` has a row of `width` for each column of this matrix.
  package func multiply(
    _ right: UnsafePointer<Float>, width: Int, into target: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: matrix) { octet_sparse_rows_product(target, $0, right, width) }
  }

  /// `target += left^T * self`, where `left` has a row of `width` for each row of this matrix.
  package func multiplyTransposed(
    _ left: UnsafePointer<Float>, width: Int, addingTo target: UnsafeMutablePointer<Float>
  ) {
    withUnsafePointer(to: matrix) { octet_sparse_columns_product(target, $0, left, width) }
  }
}
