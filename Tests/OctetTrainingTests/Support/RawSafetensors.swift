/// A safetensors file from parts that need not fit together.
enum RawSafetensors {
  static func bytes(_ header: String, data: [UInt8] = []) -> [UInt8] {
    bytes(Array(header.utf8), data: data)
  }

  static func bytes(_ header: [UInt8], data: [UInt8] = []) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + data
  }

  /// One tensor named "a".
  static func tensor(_ element: String, _ shape: String, _ offsets: String) -> String {
    #"{"a":{"dtype":"\#(element)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
  }
}
