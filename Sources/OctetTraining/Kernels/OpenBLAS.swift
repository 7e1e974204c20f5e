#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

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
