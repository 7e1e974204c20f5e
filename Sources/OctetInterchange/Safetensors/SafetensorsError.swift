import OctetText

/// What is wrong with the bytes of a safetensors file, or with the tensors that should become one.
package struct SafetensorsError: Error, Equatable {
  /// The tensor at fault; nil when the fault belongs to the whole file.
  package let tensor: String?
  /// "header length", "header", "dtype", "shape", "data_offsets", "data", "name", "__metadata__" or an unknown field.
  package let field: String
  /// The value found there, as text.
  package let value: String
  package let reason: String

  init(tensor: String? = nil, field: String, value: String, _ reason: String) {
    self.tensor = tensor
    self.field = field
    self.value = value
    self.reason = reason
  }
}

extension SafetensorsError: CustomStringConvertible {
  package var description: String {
    let place = tensor.map { "tensor \($0.quoted), " } ?? ""
    return "\(place)\(field.shown(atMost: 80)) \(value.shown(atMost: 200)): \(reason)"
  }
}
