import OctetText

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A reader of untrusted bytes. Whatever the bytes are, it answers or throws; the sanitizers see the rest.
enum FuzzTarget: String {
  case octet, onnx, keras, tflite, safetensors, csv, idx, network, npy

  func read(_ file: [UInt8]) {
    switch self {
    case .octet: readModel(file)
    case .onnx: readONNX(file)
    case .keras: readKeras(file)
    case .tflite: readLite(file)
    case .safetensors: readSafetensors(file)
    case .csv: readTable(file)
    case .idx: readIDX(file)
    case .network: readNetwork(file)
    case .npy: readArray(file)
    }
  }
}

/// Tools/fuzzing/fuzz names the reader; one program has them all, as building it takes longer than a run.
let target: FuzzTarget = {
  let name = getenv("OCTET_FUZZ_TARGET").map { String(cString: $0) } ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    fatalError("OCTET_FUZZ_TARGET names no reader: '\(name)'")
  }
  return target
}()

/// What libFuzzer calls.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  target.read(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
