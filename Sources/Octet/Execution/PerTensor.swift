// A value for each tensor or layer that a run looks at before each row. On a chip it lies in the run itself, so there
// is room for as many as the program was built for; on a host, in memory for as many as the model has.

#if !hasFeature(Embedded)
  /// A view of such values.
  struct PerTensor<Element: BitwiseCopyable> {
    private let start: UnsafeMutablePointer<Element>

    init(_ start: UnsafeMutableRawPointer) { self.start = start.assumingMemoryBound(to: Element.self) }

    // The loader has found each index to be that of a tensor.
    @inline(__always)
    subscript(_ index: Int) -> Element {
      get { start[index] }
      nonmutating set { start[index] = newValue }
    }
  }
#elseif OCTET_MANY_LAYERS
  typealias PerTensor<Element> = InlineArray<1_025, Element>
#else
  typealias PerTensor<Element> = InlineArray<64, Element>
#endif
