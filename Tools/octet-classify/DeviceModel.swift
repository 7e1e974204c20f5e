import CDeviceSystem
import CPNG
import Octet
import OctetClassification
import OctetImages
import OctetText

/// A model where it lies: in a file that is mapped into memory, or in the program itself. Nothing of it is copied.
struct DeviceModel {
  let model: Model
  /// For messages.
  let name: String

  /// - Parameter workLimit: the most operations that a picture may take.
  init(path: String, workLimit: UInt64) throws(DeviceError) {
    var file = octet_device_bytes()
    do throws(PictureError) {
      try Self.check(path.withFileName { octet_device_map_file($0, &file) }, path)
    } catch {
      throw .failure("\(path): \(error.reason)")
    }
    try self.init(file, name: path, workLimit: workLimit)
  }

  /// A file that is read piece by piece.
  static func open(_ path: String) throws(PictureError) -> octet_device_file {
    var file = octet_device_file()
    try check(path.withFileName { octet_device_open_file($0, &file) }, path)
    return file
  }

  /// What the system says of a file, in words.
  static func check(_ status: Int32, _ path: String) throws(PictureError) {
    switch Int(status) {
    case OCTET_DEVICE_OK: return
    case OCTET_DEVICE_IS_FOLDER:
      throw .other(
        path: path, finding: "is a folder where a file is needed", advice: "give the path of a file")
    case OCTET_DEVICE_IS_SPECIAL:
      throw .other(
        path: path, finding: "is a pipe, socket or device, not a file",
        advice: "save the data to a file and give that")
    default:
      throw .other(
        path: path, finding: "cannot be read (\(String(cString: octet_system_reason(status))))",
        advice: String(cString: octet_device_advice(status)))
    }
  }

  /// The model in the program; only where there is one.
  static func linkedIn(workLimit: UInt64) throws(DeviceError) -> DeviceModel {
    try DeviceModel(octet_device_linked_model(), name: "the model in this program", workLimit: workLimit)
  }

  static var isLinkedIn: Bool { octet_device_linked_model().count > 0 }

  private init(_ bytes: octet_device_bytes, name: String, workLimit: UInt64) throws(DeviceError) {
    let file = UnsafeRawBufferPointer(start: bytes.start, count: bytes.count)
    do throws(ModelError) {
      model = try Model(readingInPlace: file, workLimit: workLimit)
    } catch {
      // Only a model that was loaded knows its work to the last operation.
      if error.rule == .work, let refused = try? Model(readingInPlace: file, workLimit: .max) {
        throw .failure(
          """
          \(name): an image takes \(refused.work.total) operations, and the limit is \(workLimit); \
          --max-work raises it
          """)
      }
      throw .failure("\(name): \(error.rule.text.string) (at byte \(error.offset), found \(error.value))")
    }
    self.name = name
  }
}

extension StaticString {
  fileprivate var string: String { withUTF8Buffer { String(decoding: $0, as: UTF8.self) } }
}
