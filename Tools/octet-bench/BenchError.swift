/// Why nothing can be measured.
enum BenchError: Error, CustomStringConvertible {
  case noOpenBLAS

  var description: String {
    switch self {
    case .noOpenBLAS:
      "OpenBLAS is not in use, so there is nothing to compare: install libopenblas0 and unset OCTET_MATRIX"
    }
  }
}
