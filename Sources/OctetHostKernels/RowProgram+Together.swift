import Octet
import OctetHostKernelsC

extension RowProgram {
  /// Images that run together.
  static var imagesTogether: Int { Int(OCTET_IMAGES_TOGETHER) }

  /// Whether there is a layer that gains by it.
  var gainsTogether: Bool {
    steps.contains { step in
      switch step.work {
      case .fold, .foldImage, .multiply: true
      default: false
      }
    }
  }

  /// Runs `imagesTogether` images side by side, step by step: a dense layer then loads its weights once for all of them.
  ///
  /// - Parameters:
  ///   - images: one after another.
  ///   - arenas: of a session each over the model, `stride` bytes apart.
  func runTogether(
    _ model: Model, _ kernels: UnsafePointer<octet_kernels>, images: UnsafePointer<UInt8>, imageBytes: Int,
    arenas: UnsafeMutableRawPointer, stride: Int
  ) {
    guard var step = steps.baseAddress else { return }
    for _ in 0..<steps.count {
      let packed = step.pointee.packed
      let target = arenas + step.pointee.target
      let count = step.pointee.count
      switch step.pointee.work {
      case .fold(let values, let row):
        kernels.pointee.fold_together(
          packed, (arenas + values).assumingMemoryBound(to: UInt8.self), stride, 0x80, row, count,
          target.assumingMemoryBound(to: Int32.self), stride)
      case .foldImage:
        kernels.pointee.fold_together(
          packed, images, imageBytes, 0, 0, count, target.assumingMemoryBound(to: Int32.self), stride)
      case .multiply(let values, let cells):
        kernels.pointee.multiply_together(
          packed, (arenas + values).assumingMemoryBound(to: UInt8.self), stride, 0x80, cells, target, stride)
      default:
        var nobody = NoObserver()
        for image in 0..<Self.imagesTogether {
          run(step, model, kernels, images + image * imageBytes, arenas + image * stride, &nobody)
        }
      }
      step += 1
    }
  }
}
