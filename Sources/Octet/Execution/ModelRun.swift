/// A run of images through a model, one after another: which row comes next. The arena is not part of it; every call
/// gets the memory that `open` has prepared.
///
/// Rows of the image go in one by one, and every layer computes a row as soon as it can, so only a few rows of each
/// tensor exist at any time. Nothing is allocated. Opened once, it serves any number of images. `Session` joins a run
/// with an arena that it borrows.
package struct ModelRun: ~Copyable {
  package let model: Model
  private var order: RowOrder
  /// Where the kernels have got to in steps that they worked out beforehand.
  private var position = 0
  /// Rows of the image that have been fed.
  package private(set) var rowsFed = 0

  package init(_ model: Model) {
    self.model = model
    order = RowOrder(model.records)
  }

  #if !hasFeature(Embedded)
    /// - Parameter memory: `RowOrder.memoryBytes` bytes for a program that allocates nothing.
    package init(_ model: Model, memory: UnsafeMutableRawPointer) {
      self.model = model
      order = RowOrder(model.records, memory: memory)
    }
  #endif

  /// Prepares an arena: as many bytes as the kernels need, from a multiple of 4, or those of the model's regions.
  #if OCTET_SMALL_CODE
    @inline(never)
  #endif
  package mutating func open(_ memory: RunMemory, _ kernels: some RowKernels) {
    if let arena = memory.whole {
      kernels.prepare(arena, of: model)
    } else {
      RunContext(model.records, memory).fillRings()
    }
    restart(memory, kernels)
  }

  /// Forgets the image, so that row 0 comes next.
  #if OCTET_SMALL_CODE
    @inline(never)
  #endif
  package mutating func restart(_ memory: RunMemory, _ kernels: some RowKernels) {
    rowsFed = 0
    position = 0
    guard !kernels.haveSteps || memory.whole == nil else { return }
    let records = model.records
    let context = RunContext(records, memory)
    order.restart(records)
    RowOrder.forEachStart(
      records, border: { context.fillBorder($0) }, start: { context.start($0, $1) })
  }

  /// Whether the whole image has gone through and the answer is there.
  package var isFinished: Bool { rowsFed == Int(model.records.tensor(0).height) }

  /// Feeds the next row of the image: `model.imageRowBytes` bytes, and there is one.
  #if OCTET_SMALL_CODE
    @inline(never)
  #endif
  package mutating func feed<Observer: RunObserver>(
    row: UnsafePointer<UInt8>, _ memory: RunMemory, _ kernels: some RowKernels,
    _ observer: inout Observer
  ) {
    rowsFed &+= 1
    if let arena = memory.whole,
      let next = kernels.run(from: position, pixels: row, rows: 1, arena: arena, observer: &observer)
    {
      position = next
      return
    }
    let context = RunContext(model.records, memory)
    let model = model
    // Windows that lie wholly on the border above need no row at all.
    if rowsFed == 1 {
      makeRows(context, kernels, &observer)
      if let opening = RowOrder.opening(context.model) { context.fillBorder(opening) }
    }
    order.feed(
      context.model,
      feed: { step in
        if context.memory.isHeld(step.target) { return }
        let target = context.memory.place(step.target).assumingMemoryBound(to: UInt8.self)
        model.bring(row, to: target, count: step.count)
      }, take: { context.take($0, $1, kernels, &observer) })
    makeRows(context, kernels, &observer)
  }

  /// Runs a whole image of `model.imageBytes` bytes. Where the memory holds the input, the image is not looked at.
  #if OCTET_SMALL_CODE
    @inline(never)
  #endif
  package mutating func run<Observer: RunObserver>(
    image: UnsafePointer<UInt8>, _ memory: RunMemory, _ kernels: some RowKernels,
    _ observer: inout Observer
  ) {
    let height = Int(model.records.tensor(0).height)
    if let arena = memory.whole,
      let next = kernels.run(from: 0, pixels: image, rows: height, arena: arena, observer: &observer)
    {
      position = next
      rowsFed = height
      return
    }
    // Kernels with steps of their own have prepared the arena for these.
    if kernels.haveSteps { RunContext(model.records, memory).fillRings() }
    restart(memory, kernels)
    let width = model.imageRowBytes
    var row = image
    for _ in 0..<height {
      feed(row: row, memory, kernels, &observer)
      row += width
    }
  }

  /// Makes every row that can appear, in the fixed order.
  #if OCTET_SMALL_CODE
    @inline(never)
  #endif
  private mutating func makeRows<Observer: RunObserver>(
    _ context: RunContext, _ kernels: some RowKernels, _ observer: inout Observer
  ) {
    order.forEachStep(
      context.model, border: { context.fillBorder($0) },
      take: { context.take($0, $1, kernels, &observer) })
  }
}

extension Model {
  /// A row of pixels becomes integers of the input.
  package func bring(_ pixels: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, count: Int) {
    if let pixelMap {
      let integers = UnsafeMutableRawPointer(target).assumingMemoryBound(to: Int8.self)
      return pixelMap.apply(pixels, to: integers, width: imageWidth)
    }
    // A pixel less 128 is the pixel with its highest bit turned over.
    for index in 0..<count { target[index] = pixels[index] ^ 0x80 }
  }
}

extension RunContext {
  /// Border cells.
  package func fillBorder(_ step: RowStep) {
    if memory.isHeld(step.target) { return }
    memory.place(step.target).initializeMemory(as: Int8.self, repeating: step.fill, count: step.count)
  }

  /// The bias of a layer with weights, or zero for a mean.
  package func start(_ step: RowStep, _ shape: LayerShape) {
    let sums = memory.place(step.target).assumingMemoryBound(to: Int32.self)
    let bias =
      shape.layer.kind.hasWeights
      ? model.bytes.pointer(shape.layer.constantsOffset).assumingMemoryBound(to: Int32.self) : nil
    for channel in 0..<Int(shape.output.channels) { sums[channel] = bias?[channel] ?? 0 }
  }

  /// Starts accumulators, or computes or folds a row, with an observer.
  #if OCTET_SMALL_CODE
    @inline(never)
  #else
    @inline(__always)
  #endif
  package func take<Observer: RunObserver>(
    _ step: RowStep, _ shape: LayerShape, _ kernels: some RowKernels, _ observer: inout Observer
  ) {
    if IncludedKinds.sharing, step.action == .start { return start(step, shape) }
    observer.willRun(layer: step.layer)
    if step.action == .fold {
      fold(step, shape, kernels)
      observer.didFold(layer: step.layer)
    } else {
      compute(step, shape, kernels)
      observer.didRun(
        layer: step.layer,
        row: UnsafeRawBufferPointer(start: memory.place(step.target), count: step.count).bytes)
    }
  }
}
