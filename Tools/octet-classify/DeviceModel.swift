import CDeviceSystem
import CPNG
import Octet
import OctetClassification
import OctetImages

/// A model where it lies: in a file that is mapped into memory, or in the program itself. Nothing of it is copied.
struct DeviceModel {
  let model: Model
  /// For messages.
  let name: String

  init(path: String) throws(DeviceError) {
    var file = octet_device_bytes()
    let status = path.withCString { octet_device_map_file($0, &file) }
    switch Int(status) {
    case OCTET_DEVICE_OK: break
    case OCTET_DEVICE_IS_FOLDER:
      throw .failure("\(path): is a folder where a file is needed; give the path of a file")
    case OCTET_DEVICE_IS_SPECIAL:
      throw .failure(
        "\(path): is a pipe, socket or device, not a file; save the data to a file and give that")
    default:
      let reason = String(cString: octet_system_reason(status))
      throw .failure("\(path): cannot be read (\(reason)); \(String(cString: octet_device_advice(status)))")
    }
    try self.init(file, name: path)
  }

  /// The model in the program; nil if there is none.
  static func linkedIn() throws(DeviceError) -> DeviceModel? {
    let bytes = octet_device_linked_model()
    return bytes.count == 0 ? nil : try DeviceModel(bytes, name: "the model in this program")
  }

  private init(_ bytes: octet_device_bytes, name: String) throws(DeviceError) {
    do throws(ModelError) {
      model = try Model(readingInPlace: UnsafeRawBufferPointer(start: bytes.start, count: bytes.count))
    } catch {
      throw .failure("\(name): \(error.rule.text.string) (at byte \(error.offset), found \(error.value))")
    }
    self.name = name
  }
}

extension StaticString {
  fileprivate var string: String { withUTF8Buffer { String(decoding: $0, as: UTF8.self) } }
}
