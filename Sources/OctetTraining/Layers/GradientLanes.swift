import OctetFloatKernels
import OctetHost
import OctetNetwork

/// Sums the gradients of parameters over the images of a batch, several images at once.
///
/// The batch is cut into at most eight lanes, each with sums of its own, which are added up in order at the end. The
/// cut depends on the batch alone, so the sums are the same bits with one core as with eight.
struct GradientLanes {
  private static let most = 8

  private let parameters: [Parameter]
  private var sums: [Tensor] = []

  init(parameters: [Parameter]) {
    self.parameters = parameters.filter(\.isTrained)
  }

  /// Calls `body` for every image with the sums to add to, one pointer per trained parameter.
  mutating func accumulate(
    _ batch: Batch,
    _ body: (_ image: Int, _ worker: Int, _ gradients: [UnsafeMutablePointer<Float>]) -> Void
  ) {
    let lanes = min(Self.most, batch.count)
    let floats = parameters.reduce(0) { $0 + $1.count }
    while sums.count < lanes { sums.append(Tensor(shape: ImageShape(flat: floats), capacity: 1)) }
    let sums = sums
    batch.workers.forEach(lanes) { lane, worker in
      let base = sums[lane].base
      base.update(repeating: 0, count: floats)
      let gradients = pointers(into: base)
      for image in batch.count * lane / lanes..<batch.count * (lane + 1) / lanes {
        body(image, worker, gradients)
      }
    }
    let lanePointers = (0..<lanes).map { pointers(into: sums[$0].base) }
    for (index, parameter) in parameters.enumerated() {
      parameter.gradient.update(from: lanePointers[0][index], count: parameter.count)
      for lane in 1..<max(lanes, 1) {
        octet_add(parameter.gradient, lanePointers[lane][index], parameter.count)
      }
    }
  }

  private func pointers(into base: UnsafeMutablePointer<Float>) -> [UnsafeMutablePointer<Float>] {
    var offset = 0
    return parameters.map { parameter in
      defer { offset += parameter.count }
      return base + offset
    }
  }
}
