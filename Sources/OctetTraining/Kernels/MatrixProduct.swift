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
