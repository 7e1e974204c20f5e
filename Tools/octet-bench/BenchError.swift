/// Why nothing can be measured.
enum BenchError: Error, CustomStringConvertible {
  case noOpenBLAS
  case noMNIST
  case model(path: String, reason: String)

  var description: String {
    switch self {
    case .noOpenBLAS:
      "OpenBLAS is not in use, so there is nothing to compare: install libopenblas0 and unset OCTET_MATRIX"
    case .noMNIST:
      "OCTET_MNIST is not set: it names the folder with the four files of MNIST (octet data fetch mnist gets them)"
    case .model(let path, let reason):
      "\(path): \(reason)"
    }
  }
}
