import Octet
import OctetHostKernelsC

/// What to do for an image, step by step, with every offset worked out.
///
/// The order of rows is fixed, so it is walked through once for a model; an image is then one loop over this list. The
/// offsets are those that the loader has proved to lie in the arena.
struct RowProgram {
  /// One row that appears, or is folded into accumulators.
  struct Step {
    enum Work {
      /// A row of pixels goes into its slot; `source` counts from the start of the image.
      case feed(source: Int)
      case fillBorder(Int8)
      case convolve(Input)
      case convolveDepthwise(Input)
      case fold(values: Int, row: Int)
      /// The image itself is the input of the first layer.
      case foldImage
      case finish(sums: Int)
      case multiply(values: Int, count: Int)
      /// What the plain kernels do: a row of the output, or one of the input.
      case computePlain(row: UInt16)
      case startPlain
      case foldPlain(row: UInt16)
    }

    /// Rows under a window.
    struct Input {
      /// Places in the row of outputs.
      let places: Int
      let slots: Int
      let rowBytes: Int
      let slotCount: Int
      let first: Int
    }

    let work: Work
    /// -1 for rows that no layer makes.
    let layer: Int
    let packed: UnsafePointer<octet_layer>?
    /// Where in the arena the outcome goes, and how many bytes that is.
    let target: Int
    let count: Int
  }

  /// Lie with the packed weights. Not an array: to count the references to one that all threads share would cost them more
  /// than a small network, as the count moves from core to core with every image.
  let steps: UnsafeBufferPointer<Step>

  init(_ model: Model, _ packed: PackedModel, in storage: PackedStorage) {
    var builder = RowProgramBuilder(model: model, packed: packed)
    builder.appendAll()
    steps = storage.keep(builder.steps)
  }
}
