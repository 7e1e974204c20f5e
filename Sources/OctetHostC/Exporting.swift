import COctetHost
import Octet
import OctetCSource
import OctetInterchange

/// Forms in which a model is written for other tools.
private enum ExportForm: String, CaseIterable {
  case cSource = "c-source"
  case cArray = "c-array"
  case quantizedONNX = "onnx-qdq"

  /// - Parameter name: what names in C begin with.
  func file(_ model: Model, name: String) -> [UInt8] {
    switch self {
    case .cSource: Array(CSource(model, prefix: name).source.utf8)
    case .cArray: Array(CArray.source(model.fileBytes, name: name).utf8)
    case .quantizedONNX: ONNXQuantizedExport.file(model, octetVersion: String(cString: octet_version()))
    }
  }
}

/// A model in a form that other tools take.
@c @implementation
public func octet_host_export(
  _ model: OpaquePointer, _ form: UnsafePointer<CChar>, _ name: UnsafePointer<CChar>?,
  _ file: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ bytes: UnsafeMutablePointer<Int>
) -> Int32 {
  status {
    let word = String(cString: form)
    guard let form = ExportForm(rawValue: word) else {
      let words = ExportForm.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure(Int(OCTET_BAD_OPTIONS), "there is no form '\(word)'; there are: \(words)")
    }
    let name = name.map { String(cString: $0) } ?? "octet"
    guard isNameInC(name) else {
      throw Failure(
        Int(OCTET_BAD_OPTIONS), "the name must be one in C (letters, digits and _), not '\(name)'")
    }
    let made = form.file(object(model, as: HostModel.self).model, name: name)
    file.pointee = copied(made)
    bytes.pointee = made.count
  }
}

private func isNameInC(_ name: String) -> Bool {
  func isLetter(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (65...90).contains(byte) || (97...122).contains(byte)
  }
  guard let first = name.utf8.first, isLetter(first) else { return false }
  return name.utf8.allSatisfy { isLetter($0) || (48...57).contains($0) }
}
