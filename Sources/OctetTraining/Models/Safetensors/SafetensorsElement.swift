/// The types of number that the format knows, by the names that stand in a header.
package enum SafetensorsElement: String, CaseIterable, Sendable {
  case float32 = "F32"
  case float64 = "F64"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case bool = "BOOL"
  case uint8 = "U8"
  case int8 = "I8"
  case uint16 = "U16"
  case int16 = "I16"
  case uint32 = "U32"
  case int32 = "I32"
  case uint64 = "U64"
  case int64 = "I64"
  case float8e4m3 = "F8_E4M3"
  case float8e5m2 = "F8_E5M2"
  case float8e8m0 = "F8_E8M0"
  case complex64 = "C64"

  package var byteCount: Int {
    switch self {
    case .bool, .uint8, .int8, .float8e4m3, .float8e5m2, .float8e8m0: 1
    case .float16, .bfloat16, .uint16, .int16: 2
    case .float32, .uint32, .int32: 4
    case .float64, .uint64, .int64, .complex64: 8
    }
  }

  /// Those that are read as `Float`.
  package static let readable: [SafetensorsElement] = [.float32, .float16, .bfloat16, .float64]
}
