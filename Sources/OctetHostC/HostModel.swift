import COctetHost
import Octet
import OctetHost
import OctetHostKernels
import OctetInterchange
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What an `octet_host_model` is. Never changes but for kernels that are made when they are first asked for, so threads
/// may share it.
final class HostModel: Sendable {
  let model: Model
  let kernels: HostKernels
  /// Of the model that takes integers in place of pixels, where that is another one.
  private let forIntegers = Mutex<HostKernels?>(nil)
  /// Names of each output as C has them.
  private let names: [[CText]]

  init(_ model: Model) throws(Failure) {
    self.model = model
    do throws(InstructionSetError) {
      kernels = try HostKernels(model)
    } catch {
      throw Failure(Int(OCTET_BAD_OPTIONS), "\(error)")
    }
    names = (0..<model.outputCount).map { model.labels(ofOutput: $0).map { CText($0) } }
  }

  /// The model for integers of its input, and what runs it.
  var takingIntegers: (model: Model, kernels: HostKernels) {
    let other = model.takingIntegers
    guard model.pixelMap != nil else { return (other, kernels) }
    return forIntegers.withLock { made in
      let kernels = made ?? HostKernels(other, kernels.instructionSet)
      made = kernels
      return (other, kernels)
    }
  }

  func name(_ index: Int, ofOutput output: Int) -> UnsafePointer<CChar>? {
    guard names.indices.contains(output), names[output].indices.contains(index) else { return nil }
    return names[output][index].start
  }
}

/// A text that C reads, as long as it is kept. Never changes.
final class CText: @unchecked Sendable {
  let start: UnsafePointer<CChar>

  init(_ text: String) { start = UnsafePointer(copied(text)) }

  deinit { free(UnsafeMutableRawPointer(mutating: start)) }
}

/// Memory of malloc with a text in it.
func copied(_ text: String) -> UnsafeMutablePointer<CChar> {
  guard let copy = strdup(text) else { fatalError("out of memory") }
  return copy
}

/// Memory of malloc with bytes in it.
func copied(_ bytes: [UInt8]) -> UnsafeMutableRawPointer {
  guard let copy = malloc(max(bytes.count, 1)) else { fatalError("out of memory") }
  bytes.withUnsafeBytes {
    copy.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(copy), byteCount: $0.count)
  }
  return copy
}

/// The object behind a pointer of C.
func object<Object: AnyObject>(_ pointer: OpaquePointer, as type: Object.Type) -> Object {
  Unmanaged<Object>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
}

/// A pointer for C, which owns the object until it is closed.
func owned(_ object: some AnyObject) -> OpaquePointer {
  OpaquePointer(Unmanaged.passRetained(object).toOpaque())
}

/// The version of the library.
@c @implementation
public func octet_version() -> UnsafePointer<CChar> { version.start }

private let version = CText(
  String(decoding: PackageResources.VERSION, as: UTF8.self).filter { !$0.isWhitespace })

/// Gives back what the library has allocated.
@c @implementation
public func octet_free(_ memory: UnsafeMutableRawPointer?) { free(memory) }

/// Opens an .octet file.
@c @implementation
public func octet_host_open(
  _ file: UnsafeRawPointer, _ bytes: Int, _ result: UnsafeMutablePointer<OpaquePointer?>
) -> Int32 {
  status {
    let bytes = Array(UnsafeRawBufferPointer(start: file, count: bytes))
    result.pointee = owned(try HostModel(Model(copying: bytes)))
  }
}

/// Opens an .octet file by its path.
@c @implementation
public func octet_host_open_path(
  _ path: UnsafePointer<CChar>, _ result: UnsafeMutablePointer<OpaquePointer?>
) -> Int32 {
  status { result.pointee = owned(try HostModel(OctetModelFile(path: String(cString: path)).model)) }
}

/// Closes a model.
@c @implementation
public func octet_host_close(_ model: OpaquePointer?) {
  guard let model else { return }
  Unmanaged<HostModel>.fromOpaque(UnsafeRawPointer(model)).release()
}

/// What a model takes in.
@c @implementation
public func octet_host_input(_ model: OpaquePointer, _ result: UnsafeMutablePointer<octet_input>) {
  let model = object(model, as: HostModel.self).model
  let scale = model.inputScale
  result.pointee = octet_input(
    height: UInt32(model.imageHeight), width: UInt32(model.imageWidth), channels: UInt32(model.imageChannels),
    kind: UInt32(model.inputKind == .features ? OCTET_FEATURES : OCTET_PIXELS), values: model.imageBytes,
    scale: scale.scale, zero_point: Int32(scale.zeroPoint))
}

/// Outputs of a model.
@c @implementation
public func octet_host_outputs(_ model: OpaquePointer) -> Int {
  object(model, as: HostModel.self).model.outputCount
}

/// What an output is.
@c @implementation
public func octet_host_output(
  _ model: OpaquePointer, _ index: Int, _ result: UnsafeMutablePointer<octet_output_info>
) -> Int32 {
  status {
    let model = object(model, as: HostModel.self).model
    guard (0..<model.outputCount).contains(index) else {
      throw Failure(
        Int(OCTET_NO_RESULT),
        "there is no output \(index): the model has \(model.outputCount), counted from 0")
    }
    let shape = OutputShape(model, index)
    let tensor = model.tensor(model.output(index).tensor)
    result.pointee = octet_output_info(
      height: UInt32(tensor.height), width: UInt32(tensor.width), channels: UInt32(tensor.channels),
      meaning: UInt32(model.meaning(ofOutput: index).rawValue), integers: shape.integers, reals: shape.reals,
      names: model.labels(ofOutput: index).count, has_probabilities: shape.hasProbabilities ? 1 : 0,
      scale: shape.scale)
  }
}

/// The name of a class or label.
@c @implementation
public func octet_host_name(_ model: OpaquePointer, _ output: Int, _ index: Int) -> UnsafePointer<CChar>? {
  object(model, as: HostModel.self).name(index, ofOutput: output)
}
