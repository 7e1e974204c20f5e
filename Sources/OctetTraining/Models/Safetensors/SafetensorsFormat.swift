import OctetText

/// What the reader and the writer of safetensors files share.
///
/// A file is the length of the header (8 bytes, little-endian), the header (JSON, padded with spaces), and the numbers
/// of all tensors, one after another, in the order of their offsets.
enum SafetensorsFormat {
  static let lengthBytes = 8

  /// A third of what the format's own library allows: room for the history of 100,000 epochs, while a header made to
  /// be as costly as it can be is read in seconds.
  static let largestHeader = 32_000_000

  /// More dimensions than any tool handles.
  static let largestRank = 64

  /// The header member that holds free text instead of a tensor.
  static let metadataName = "__metadata__"

  /// Numbers begin at a multiple of this, so that a reader may map the file and use them in place.
  static let alignment = 8

  /// The product of `shape`, or nil when it does not fit or a dimension is negative.
  static func elementCount(_ shape: [Int]) -> Int? {
    var count = 1
    for dimension in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflows else { return nil }
      count = product
    }
    return count
  }
}

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
