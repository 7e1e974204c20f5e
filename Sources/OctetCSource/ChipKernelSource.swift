import Octet
import OctetChipKernels

/// The kernels of chips in an exported C source: the very inner loops that the Swift kernels call, and what makes
/// patches of rows for them. A compiler takes those of its chip.
struct ChipKernelSource {
  private let model: Model
  private let needs: Set<String>

  /// - Parameter needs: what the model needs of the runtime.
  init(_ model: Model, _ needs: Set<String>) {
    self.model = model
    self.needs = needs
  }

  /// Which kernels are compiled.
  static let choice = """
    /* The kernels, by what the compiler says of the chip. All give the same bits.
         0  the loops that define each layer, and no memory beside the arena
         1  32-bit products: Cortex-M0, RISC-V and all others
         2  DSP instructions: Cortex-M4, M7, M33
         3  vectors: Cortex-M55, M85
       Optimized for size (-Os), convolutions take shorter loops.
       Those of Arm have assembly that takes every register; without optimization GCC keeps one for itself. */
    #ifndef OCTET_CHIP
    #if !defined(__GNUC__) || (defined(__thumb__) && !defined(__OPTIMIZE__))
    #define OCTET_CHIP 0
    #elif defined(__ARM_FEATURE_MVE)
    #define OCTET_CHIP 3
    #elif defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
    #define OCTET_CHIP 2
    #else
    #define OCTET_CHIP 1
    #endif
    #endif

    """

  /// All of them, for the place in the runtime where they belong.
  var text: String {
    let isOpen = needs.contains("convolution without a pool")
    let rows = needs.contains("convolution") || needs.contains("dense")
    let apart = needs.contains("depthwise convolution")
    func loops(_ headers: [(isNeeded: Bool, name: String)]) -> String {
      headers.filter(\.isNeeded).map { Self.body($0.name) }.joined(separator: "\n")
    }
    // The loops over five windows and fewer are the longest.
    func blocks(_ name: String) -> String {
      isOpen ? "#ifndef __OPTIMIZE_SIZE__\n\(Self.body(name))\n#endif" : ""
    }
    let shared = loops([
      (true, "Compiler.h"), (true, "WindowRow.h"),
      (true, "WindowBlocks.h"),
    ])
    let wide = loops([
      (true, "WideOutput.h"), (rows, "WideDense.h"),
      (rows, "WideWindows.h"), (rows, "WidePatch.h"),
      (apart, "WideDepthwise.h"),
    ])
    let pair = loops([
      (true, "PairPatch.h"), (true, "PairOutput.h"),
      (needs.contains("add"), "PairAdd.h"), (rows, "PairDense.h"),
      (apart, "PairDepthwise.h"),
    ])
    let vector = loops([
      (true, "VectorPatch.h"), (true, "VectorOutput.h"),
      (true, "VectorLanes.h"), (needs.contains("add"), "VectorAdd.h"),
      (rows, "VectorDense.h"), (apart, "VectorColumn.h"), (apart, "VectorDepthwise.h"),
    ])
    return """
      #if OCTET_CHIP
      #if defined(__clang__)
      /* A model need not take all of them. */
      #pragma clang diagnostic push
      #pragma clang diagnostic ignored "-Wunused-function"
      #endif
      \(sizes)
      \(shared)
      #if OCTET_CHIP == 1

      \(wide)
      #elif OCTET_CHIP == 2

      \(pair)
      \(blocks("PairWindows.h"))
      #else

      \(vector)
      \(blocks("VectorWindows.h"))
      #endif

      \(CSource.kept(SourceText.named("kernels.c99"), needs))
      #if defined(__clang__)
      #pragma clang diagnostic pop
      #endif
      #endif


      """
  }

  /// The memory of each chip's kernels, and the dense layer whose short rows are widened several at a time.
  private var sizes: String {
    let (vector, pair, wide) = plans
    return """
      #define OCTET_PATCH_BYTES(value_bytes) \
        ((value_bytes) == 1 ? \(vector.patchBytes) : (value_bytes) == 2 ? \(pair.patchBytes) : \(wide.patchBytes))
      #define OCTET_WIDENED_VALUES \(PatchKernels<WideLayout>.gatheredValues)
      #define OCTET_WIDENED_LAYER \(wide.gatheringLayer ?? -1)
      #define OCTET_WIDENED_LAYER_OF_FOURS \(pair.gatheringLayer ?? -1)
      #define OCTET_SCRATCH_BYTES \
        (OCTET_PATCH_BYTES(VALUE_BYTES) + (WIDENED_LAYER < 0 ? 0 : OCTET_WIDENED_VALUES * VALUE_BYTES))

      """
  }

  private typealias Plan = (patchBytes: Int, gatheringLayer: Int?)

  private var plans: (vector: Plan, pair: Plan, wide: Plan) {
    (
      PatchKernels<VectorLayout>.plan(model), PatchKernels<PairLayout>.plan(model),
      PatchKernels<WideLayout>.plan(model)
    )
  }

  /// Bytes of scratch memory, of the chips that need the least and the most.
  var scratchBytes: ClosedRange<Int> {
    let sizes = [
      PatchKernels<VectorLayout>.scratchBytes(model), PatchKernels<PairLayout>.scratchBytes(model),
      PatchKernels<WideLayout>.scratchBytes(model),
    ]
    return (sizes.min() ?? 0)...(sizes.max() ?? 0)
  }

  /// A header without what only a file of its own needs.
  private static func body(_ header: String) -> String {
    SourceText.named(header).split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("#pragma once") && !$0.hasPrefix("#include \"") }
      .joined(separator: "\n")
  }
}
