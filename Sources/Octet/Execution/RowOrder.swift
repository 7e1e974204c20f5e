/// The fixed order in which the rows of all tensors appear, as docs/FORMAT.md defines it.
///
/// The planner walks through it to find how many rows a ring must hold, the loader to prove that they are enough, and a
/// run to compute. All use this one, so what was planned and proved is what runs.
package struct RowOrder: ~Copyable {
  /// Rows of each tensor that have appeared, border rows above and below included.
  private var appeared: PerTensor<UInt16>
  /// How many rows of a layer's input must have appeared before its next row can; 65,535 once it has no more real rows.
  private var needed: PerTensor<UInt16>
  /// The last layer that reads a tensor, counted from 1; the tensor itself if there is none.
  private var lastReader: PerTensor<UInt16>
  /// No row of a tensor beyond this one can appear now. Where a row has appeared, it brings nearer those of its readers
  /// and the next of its own; the others stay as they were found. So most layers need not be looked at before each row.
  private var last = 0

  /// Whether all layers are looked at nevertheless, which takes fewer bytes of code.
  #if OCTET_SMALL_CODE
    @inline(__always) private static var looksAtAll: Bool { true }
  #else
    @inline(__always) private static var looksAtAll: Bool { false }
  #endif

  private static var noMore: UInt16 { UInt16.max }

  #if hasFeature(Embedded)
    @inline(__always)
    package init(_ records: some RecordSource) {
      appeared = PerTensor(repeating: 0)
      needed = PerTensor(repeating: 0)
      lastReader = PerTensor(repeating: 0)
      begin(records)
    }

    /// Bytes of memory that an order needs besides itself.
    @inline(__always)
    package static func memoryBytes(_ layerCount: Int) -> Int { 0 }
  #else
    /// Nil where the caller keeps the memory.
    private let owned: UnsafeMutableRawPointer?

    /// - Parameter memory: `memoryBytes` bytes at a multiple of 2 that are the order's as long as it is used; nil to
    ///   allocate them.
    package init(_ records: some RecordSource, memory: UnsafeMutableRawPointer? = nil) {
      let count = records.layerCount + 1
      let start = memory ?? .allocate(byteCount: Self.memoryBytes(records.layerCount), alignment: 8)
      owned = memory == nil ? start : nil
      appeared = PerTensor(start)
      needed = PerTensor(start + 2 * count)
      lastReader = PerTensor(start + 4 * count)
      begin(records)
    }

    deinit { owned?.deallocate() }

    /// Bytes of memory that an order needs besides itself.
    package static func memoryBytes(_ layerCount: Int) -> Int { 6 * (layerCount + 1) }
  #endif

  #if OCTET_SMALL_CODE
    @inline(never)
  #endif
  private mutating func begin(_ records: some RecordSource) {
    for index in 0..<records.layerCount where !Self.looksAtAll {
      let layer = records.layer(index)
      let reader = UInt16(truncatingIfNeeded: index &+ 1)
      lastReader[index &+ 1] = reader
      lastReader[Int(layer.input)] = reader
      lastReader[Int(layer.secondInput)] = reader
    }
    restart(records)
  }

  /// Before the first row of an image.
  package mutating func restart(_ records: some RecordSource) {
    last = records.layerCount
    for index in 0...records.layerCount {
      appeared[index] = records.tensor(index).borderAbove
      if index > 0 { needed[index] = Self.rowsNeeded(records.shape(index &- 1), row: 0) }
    }
  }

  // Methods that only read are mutating too: through an exclusive reference an element is read in place, otherwise the
  // compiler copies the whole array to the stack first, at ten times the cost of the rest.

  /// Rows of a tensor that have appeared.
  @inline(__always)
  package mutating func rows(_ tensor: Int) -> UInt16 { appeared[tensor] }

  /// The highest-numbered tensor of which a row can appear now; nil when a row of the input has to be fed first.
  #if OCTET_SMALL_CODE
    @inline(never)
  #else
    @inline(__always)
  #endif
  package mutating func next(_ records: some RecordSource) -> Int? {
    var index = last
    while index > 0 {
      if isReady(records, index) { return index }
      index &-= 1
    }
    let input = records.tensor(0)
    // The input's border rows below come by themselves.
    return appeared[0] >= input.firstRowBelow && appeared[0] < input.allRows ? 0 : nil
  }

  @inline(__always)
  private mutating func isReady(_ records: some RecordSource, _ index: Int) -> Bool {
    let need = needed[index]
    if need == Self.noMore {
      // Only border rows are left, if anything.
      return appeared[index] < records.tensor(index).allRows
    }
    guard appeared[records.firstInput(index &- 1)] >= need else { return false }
    let layer = records.layer(index &- 1)
    guard layer.kind.traits.contains(.secondInput) else { return true }
    let second = records.tensor(Int(layer.secondInput))
    var needed = second.allRows
    if !layer.waits {
      needed = second.borderAbove &+ need &- records.tensor(Int(layer.input)).borderAbove
      if IncludedKinds.unevenJoins || layer.kind.traits.contains(.concatenation) {
        let row = Int(appeared[index]) &- Int(records.tensor(index).borderAbove)
        let end = records.shape(index &- 1).endRowOfSecond(under: row, second)
        needed = second.borderAbove &+ UInt16(truncatingIfNeeded: end)
      }
    }
    return appeared[Int(layer.secondInput)] >= needed
  }

  @inline(__always)
  private mutating func appear(_ index: Int) {
    appeared[index] &+= 1
    if !Self.looksAtAll { last = Int(lastReader[index]) }
  }

  /// Records that the next row of a tensor is there.
  #if OCTET_SMALL_CODE
    @inline(never)
  #endif
  package mutating func advance(_ records: some RecordSource, _ index: Int) {
    if index == 0 { appear(0) } else { advance(index, records.shape(index &- 1)) }
  }

  /// The same for the output of a layer.
  private mutating func advance(_ index: Int, _ shape: LayerShape) {
    appear(index)
    let row = appeared[index] &- shape.output.borderAbove
    needed[index] = row < shape.output.height ? Self.rowsNeeded(shape, row: row) : Self.noMore
  }

  /// Rows of the first input that must have appeared before row `row` of the layer's output can: at most
  /// 3 * 4,096, as the loader has checked the window.
  private static func rowsNeeded(_ shape: LayerShape, row: UInt16) -> UInt16 {
    if shape.layer.waits { return shape.input.allRows }
    return UInt16(truncatingIfNeeded: Int(shape.input.borderAbove) &+ shape.endRow(under: Int(row)))
  }

  /// The first row of an input, border rows counted, that a layer's next row still reads; a later number than any row
  /// when the layer reads nothing more.
  package mutating func firstRowRead(
    _ records: some RecordSource, layer index: Int, tensor: Int
  ) -> UInt16 {
    // Rows that have appeared were folded in at once.
    let shape = records.shape(index)
    guard needed[index &+ 1] != Self.noMore, !shape.keepsAccumulators else { return .max }
    let row = Int(appeared[index &+ 1]) &- Int(shape.output.borderAbove)
    var first = shape.firstRow(under: row)
    let (input, second) = (Int(shape.layer.input), Int(shape.layer.secondInput))
    if shape.layer.kind.traits.contains(.secondInput), second == tensor {
      let own = shape.firstRowOfSecond(under: row, records.tensor(second))
      first = input == tensor ? min(first, own) : own
    }
    return UInt16(truncatingIfNeeded: Int(records.tensor(tensor).borderAbove) &+ first)
  }
}

extension RowOrder {
  /// Goes through one image without computing, and calls `body` with each tensor whose next row is about to appear.
  package mutating func forEachRow<Failure: Error>(
    _ records: some RecordSource, _ body: (_ tensor: Int, _ order: inout RowOrder) throws(Failure) -> Void
  ) throws(Failure) {
    // Rows that wait for none of the image come first.
    for fed in 0...Int(records.tensor(0).height) {
      if fed > 0 {
        try body(0, &self)
        advance(records, 0)
      }
      while let index = next(records) {
        try body(index, &self)
        advance(records, index)
      }
    }
  }
}

extension RowOrder {
  /// Feeds a row, or fills border cells.
  package typealias Preparing = (_ step: RowStep) -> Void
  /// Starts accumulators, folds a row into them, or computes a row of a layer.
  package typealias Taking = (_ step: RowStep, _ shape: LayerShape) -> Void

  /// What has to be done before the first row of an image: the borders above come back where later rows took their
  /// slots, and accumulators start. Where memory may be shared, all of this waits for the first row.
  #if OCTET_SMALL_CODE
    @inline(never)
  #else
    @inline(__always)
  #endif
  static func forEachStart(_ records: some RecordSource, border: Preparing, start: Taking) {
    for index in 0...records.layerCount {
      let tensor = records.tensor(index)
      if tensor.shares { continue }
      for row in 0..<Int(tensor.borderAbove) { border(.border(tensor, row: row)) }
      if IncludedKinds.sharing { continue }
      guard index < records.layerCount else { break }
      let shape = records.shape(index)
      if shape.keepsAccumulators { start(.start(layer: index, shape), shape) }
    }
  }

  /// What comes before the first row of the image is fed, where its ring is filled anew.
  @inline(__always)
  static func opening(_ records: some RecordSource) -> RowStep? {
    let input = records.tensor(0)
    return input.isFilledAnew ? .opening(input) : nil
  }

  /// The next row of the image, which is fed by `feed`; then it is folded in where a layer does that.
  @inline(__always)
  mutating func feed(_ records: some RecordSource, feed: Preparing, take: Taking) {
    let input = records.tensor(0)
    let row = Int(appeared[0]) &- Int(input.borderAbove)
    feed(.feed(input, row: row))
    appear(0)
    fold(0, row: row, records, take)
  }

  /// Every step that can be taken before another row of the image is fed.
  #if OCTET_SMALL_CODE
    @inline(never)
  #else
    @inline(__always)
  #endif
  mutating func forEachStep(_ records: some RecordSource, border: Preparing, take: Taking) {
    while let index = next(records) {
      let counted = Int(appeared[index])
      guard index > 0 else {
        border(.border(records.tensor(0), row: counted))
        appear(0)
        continue
      }
      let shape = records.shape(index &- 1)
      let row = counted &- Int(shape.output.borderAbove)
      if row < Int(shape.output.height) {
        if shape.output.isFilledAnew && row == 0 { border(.opening(shape.output)) }
        take(.compute(layer: index &- 1, row: row, shape), shape)
        advance(index, shape)
        fold(index, row: row, records, take)
      } else {
        border(.border(shape.output, row: counted))
        advance(index, shape)
      }
    }
  }

  /// Folds a real row into the accumulators of the layers that read it.
  #if OCTET_SMALL_CODE
    @inline(never)
  #else
    @inline(__always)
  #endif
  private mutating func fold(_ tensor: Int, row: Int, _ records: some RecordSource, _ take: Taking) {
    var reader = tensor
    let end = Self.looksAtAll ? records.layerCount : Int(lastReader[tensor])
    while reader < end {
      let shape = records.shape(reader)
      if records.firstInput(reader) == tensor && shape.keepsAccumulators {
        if IncludedKinds.sharing && row == 0 { take(.start(layer: reader, shape), shape) }
        take(.fold(layer: reader, row: row, shape), shape)
      }
      reader &+= 1
    }
  }
}

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
