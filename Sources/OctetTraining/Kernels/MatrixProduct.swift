#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `C = A B + beta C` on row-major matrices: A is `rows x depth`, B is `depth x columns`, C is `rows x columns`.
///
/// The work goes to OpenBLAS when the system has it, else to `SwiftMatrixProduct`; `Tools/bench matrices` times both
/// side by side. Each call runs on the calling thread.
package struct MatrixProduct {
  package struct Operand {
    let base: UnsafePointer<Float>
    /// Floats from one stored row to the next.
    let stride: Int
    /// Whether the stored matrix is the transpose of the operand.
    let isTransposed: Bool

    package init(_ base: UnsafePointer<Float>, stride: Int, isTransposed: Bool = false) {
      self.base = base
      self.stride = stride
      self.isTransposed = isTransposed
    }
  }

  /// Writes or, if `accumulate`, adds to the `rows x columns` matrix at `result`.
  package static func multiply(
    rows: Int, columns: Int, depth: Int, _ left: Operand, _ right: Operand,
    into result: UnsafeMutablePointer<Float>,
    stride: Int, accumulate: Bool = false
  ) {
    if let openBLAS = OpenBLAS.shared {
      openBLAS.multiply(
        rows: rows, columns: columns, depth: depth, left, right, into: result, stride: stride,
        accumulate: accumulate)
    } else {
      SwiftMatrixProduct.multiply(
        rows: rows, columns: columns, depth: depth, left, right, into: result, stride: stride,
        accumulate: accumulate)
    }
  }

  /// Which implementation `multiply` uses, for the record.
  package static var implementation: String { OpenBLAS.shared == nil ? "Swift" : "OpenBLAS" }
}

/// The matrix product in Swift's SIMD types, for machines without OpenBLAS, and the yardstick it is chosen by.
///
/// The result is computed in tiles of 4 rows by 16 columns, whose 64 sums stay in registers while the depth is walked
/// once. B is copied tile by tile into contiguous panels first, so that the inner loop reads it in order.
package struct SwiftMatrixProduct {
  private static let tileRows = 4
  private static let tileColumns = 16

  package static func multiply(
    rows: Int, columns: Int, depth: Int, _ left: MatrixProduct.Operand, _ right: MatrixProduct.Operand,
    into result: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: max(depth, 1) * (tileColumns + tileRows)) {
      panels in
      guard let columnPanel = panels.baseAddress else { return }
      let rowPanel = columnPanel + depth * tileColumns
      for column in Swift.stride(from: 0, to: columns, by: tileColumns) {
        let width = min(tileColumns, columns - column)
        packColumns(right, from: column, width: width, depth: depth, into: columnPanel)
        for row in Swift.stride(from: 0, to: rows, by: tileRows) {
          let height = min(tileRows, rows - row)
          packRows(left, from: row, height: height, depth: depth, into: rowPanel)
          tile(
            rowPanel, columnPanel, depth: depth, height: height, width: width,
            into: result + row * stride + column, stride: stride, accumulate: accumulate)
        }
      }
    }
  }

  /// `depth x 16`, zero beyond `width`.
  private static func packColumns(
    _ right: MatrixProduct.Operand, from column: Int, width: Int, depth: Int,
    into panel: UnsafeMutablePointer<Float>
  ) {
    for index in 0..<depth {
      let line = panel + index * tileColumns
      for lane in 0..<tileColumns {
        line[lane] =
          lane >= width
          ? 0
          : right.isTransposed
            ? right.base[(column + lane) * right.stride + index]
            : right.base[index * right.stride + column + lane]
      }
    }
  }

  /// `depth x 4`, zero beyond `height`.
  private static func packRows(
    _ left: MatrixProduct.Operand, from row: Int, height: Int, depth: Int,
    into panel: UnsafeMutablePointer<Float>
  ) {
    for lane in 0..<tileRows {
      for index in 0..<depth {
        panel[index * tileRows + lane] =
          lane >= height
          ? 0
          : left.isTransposed
            ? left.base[index * left.stride + row + lane] : left.base[(row + lane) * left.stride + index]
      }
    }
  }

  private static func tile(
    _ rowPanel: UnsafePointer<Float>, _ columnPanel: UnsafePointer<Float>, depth: Int, height: Int,
    width: Int,
    into result: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool
  ) {
    var sums = (SIMD16<Float>.zero, SIMD16<Float>.zero, SIMD16<Float>.zero, SIMD16<Float>.zero)
    for index in 0..<depth {
      let values = UnsafeRawPointer(columnPanel + index * tileColumns).loadUnaligned(as: SIMD16<Float>.self)
      let line = rowPanel + index * tileRows
      sums.0 += line[0] * values
      sums.1 += line[1] * values
      sums.2 += line[2] * values
      sums.3 += line[3] * values
    }
    store(sums.0, 0)
    store(sums.1, 1)
    store(sums.2, 2)
    store(sums.3, 3)

    func store(_ sum: SIMD16<Float>, _ row: Int) {
      guard row < height else { return }
      let line = result + row * stride
      for lane in 0..<width { line[lane] = accumulate ? line[lane] + sum[lane] : sum[lane] }
    }
  }
}

/// The system's OpenBLAS, loaded when the first matrix is multiplied.
///
/// Loaded rather than linked, because its 30 MB and its start-up belong to training alone: a command that classifies
/// one picture should not pay for them, and a machine without OpenBLAS can still run everything.
struct OpenBLAS {
  /// Nil where the library is missing or `OCTET_MATRIX=swift` asks for the Swift kernel.
  static let shared: OpenBLAS? = load()

  private typealias SingleProduct =
    @convention(c) (
      _ order: CInt, _ transposeA: CInt, _ transposeB: CInt, _ rows: CInt, _ columns: CInt, _ depth: CInt,
      _ alpha: Float, _ a: UnsafePointer<Float>, _ aStride: CInt, _ b: UnsafePointer<Float>, _ bStride: CInt,
      _ beta: Float, _ c: UnsafeMutablePointer<Float>, _ cStride: CInt
    ) -> Void

  private let product: SingleProduct

  // The values of CBLAS_ORDER and CBLAS_TRANSPOSE, fixed by the BLAS standard's C interface.
  private static let rowMajor: CInt = 101
  private static let plain: CInt = 111
  private static let transposed: CInt = 112

  private static func load() -> OpenBLAS? {
    if let choice = getenv("OCTET_MATRIX"), String(cString: choice) == "swift" { return nil }
    // Octet divides the work itself; a second set of threads below it would only fight over the same cores.
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    guard let library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL),
      let symbol = dlsym(library, "cblas_sgemm")
    else { return nil }
    return OpenBLAS(product: unsafeBitCast(symbol, to: SingleProduct.self))
  }

  func multiply(
    rows: Int, columns: Int, depth: Int, _ left: MatrixProduct.Operand, _ right: MatrixProduct.Operand,
    into result: UnsafeMutablePointer<Float>, stride: Int, accumulate: Bool
  ) {
    product(
      Self.rowMajor, left.isTransposed ? Self.transposed : Self.plain,
      right.isTransposed ? Self.transposed : Self.plain, CInt(rows), CInt(columns), CInt(depth), 1, left.base,
      CInt(left.stride), right.base, CInt(right.stride), accumulate ? 1 : 0, result, CInt(stride))
  }
}
