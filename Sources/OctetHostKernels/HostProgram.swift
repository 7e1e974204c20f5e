import Octet
import OctetHostKernelsC

/// The steps of an image as an array, each with the vector kernel that takes it.
///
/// The order of rows is fixed, so it is walked through once for a model; an image is then one loop over this list. Rows
/// of a layer that follow one another in the order and in their rings are one step.
struct HostProgram {
  struct Step {
    /// What takes the step.
    enum Call: UInt8 {
      /// The row that every kind of layer defines, or a border.
      case plain
      case feed, convolve, convolveDepthwise, pool, join, lookUp, fold, addCells, finish, multiply
      /// A row of pixels goes into the accumulators of the first layer, past the ring.
      case foldPixels
    }

    let call: Call
    /// The first row.
    let step: RowStep
    /// Rows that the step makes, folds or feeds, and the bytes from one to the next where they are written.
    var rows = 1
    let rowBytes: Int
    let packed: UnsafePointer<octet_layer>?
    /// Of a layer that makes one value of two, with the row of the second and what leads to its next.
    var join: UnsafePointer<octet_join>?
    /// The second values where they are constants, and how many of a row there are, after which they start again.
    var constants: UnsafePointer<Int8>?
    var period = 0
    /// Of a layer that makes the largest value or the mean of windows.
    var pool: UnsafePointer<octet_pool>?
    /// What the values go through that the step made, or, where it does nothing else, those that it reads.
    var table: UnsafePointer<Int8>?
    let second: Int
    let secondRowBytes: Int
    /// Places in the row that a convolution makes, values of a row that a dense layer reads, or cells of one whose
    /// means are taken.
    let places: Int
    let values: Int
    /// Where the layer's accumulators are.
    let sums: Int
  }

  private let layout: HostLayout
  /// How pixels become the input where that is not the pixel less 128.
  private let pixelMap: PixelMap?
  /// Nil for the plain set.
  private let kernels: UnsafePointer<octet_kernels>?
  /// Lie with the packed weights. Not an array: to count the references to one that all threads share would cost them
  /// more than a small network, as the count moves from core to core with every image.
  let steps: UnsafeBufferPointer<Step>
  /// Where the accumulators of the first layer are.
  private let firstSums: Int
  private let rowBytes: Int
  private let height: Int
  private let width: Int
  /// The step that makes the outputs of the first layer, where they may be made of all pixels at once, past the
  /// accumulators; 0 where they may not. Nothing lies between: until its input is whole, the first layer makes no row
  /// that others could go on with.
  private let firstOutputs: Int

  /// Nil where a host's layout of the rings would be too large.
  init?(
    _ model: Model, _ kernels: UnsafePointer<octet_kernels>?, in storage: PackedStorage,
    packed: [PackedLayer]
  ) {
    guard let layout = HostLayout(model, in: storage) else { return nil }
    let records = layout.records
    self.layout = layout
    pixelMap = model.pixelMap
    width = model.imageWidth
    self.kernels = kernels
    firstSums = Int(records.layer(0).accumulatorsOffset)
    rowBytes = model.imageRowBytes
    height = model.imageHeight
    let foldsPixels = Self.foldsPixels(model, packed[0].weights)
    let maker = StepMaker(
      records: records, kernels: kernels, foldsPixels: foldsPixels, packed: packed)
    var steps: [Step] = []
    var lastFeed = 0
    var order = StripOrder(records, strips: layout.strips)
    maker.forEachBorderAbove { steps.append($0) }
    order.forEach { event in
      guard let next = maker.step(event) else { return }
      if let last = steps.last, maker.canFollow(next, last) {
        steps[steps.count - 1].rows += 1
      } else {
        if case .feed = event { lastFeed = steps.count }
        steps.append(next)
      }
    }
    self.steps = storage.keep(steps)
    // Values of all rows follow each other in groups if those of a row fill whole ones.
    let fillsGroups =
      if let kernels, let layer = packed[0].weights {
        layer.pointee.segment % kernels.pointee.depth == 0
      } else {
        false
      }
    let next = lastFeed + 1
    let finishes = next < steps.count && steps[next].call == .finish && steps[next].step.layer == 0
    firstOutputs = foldsPixels && fillsGroups && finishes ? next : 0
  }

  /// Bytes of arena that a run needs.
  var arenaBytes: Int { layout.arenaBytes }

  /// Every cell of every ring becomes its zero point, so that borders are there.
  func prepare(_ arena: UnsafeMutableRawPointer) { RunContext(layout.records, RunMemory(arena)).fillRings() }

  /// Whether the first layer folds and no other reads the image, so that it needs no ring.
  private static func foldsPixels(_ model: Model, _ first: UnsafePointer<octet_layer>?) -> Bool {
    guard first != nil, model.shape(0).keepsAccumulators, model.pixelMap == nil else { return false }
    return (1..<model.layerCount).allSatisfy {
      model.layer($0).input != 0 && model.layer($0).secondInput != 0
    }
  }

  /// Goes on with rows of pixels, until another row is needed or the image is done.
  ///
  /// - Parameter position: the step, and how many of its rows were fed, as the last call gave them; 0 at first.
  @_specialize(where Observer == NoObserver)
  func run<Observer: RunObserver>(
    from position: Int, pixels: UnsafePointer<UInt8>, rows: Int, arena: UnsafeMutableRawPointer,
    observer: inout Observer
  ) -> Int {
    guard let first = steps.baseAddress else { return position }
    var place = first + position >> Self.rowBits
    var fed = position & (1 << Self.rowBits - 1)
    let end = first + steps.count
    var pixels = pixels
    var left = rows
    while place < end {
      if case .feed = place.pointee.step.action {
        if left == 0 { break }
        if left == height, firstOutputs > 0, let kernels {
          place = first + firstOutputs
          let target = arena + place.pointee.step.target
          observer.willRun(layer: 0)
          kernels.pointee.multiply(place.pointee.packed, pixels, 0, height * rowBytes, target)
          lookUp(place, target)
          didRun(place, target, &observer)
          place += 1
          left = 0
          continue
        }
        let count = min(left, place.pointee.rows - fed)
        feed(place, from: fed, count, pixels, arena, &observer)
        pixels += count * rowBytes
        left -= count
        fed += count
        if fed < place.pointee.rows { break }
        fed = 0
      } else {
        take(place, arena, &observer)
      }
      place += 1
    }
    return (place - first) << Self.rowBits + fed
  }

  /// Of a position, for the rows of a step; a model has at most 4,096 rows.
  private static var rowBits: Int { 16 }

  /// The accumulators of the first layer.
  @inline(__always)
  private func sums(_ arena: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Int32> {
    (arena + firstSums).assumingMemoryBound(to: Int32.self)
  }

  /// Some rows of a step that feeds.
  @inline(__always)
  private func feed<Observer: RunObserver>(
    _ place: UnsafePointer<Step>, from row: Int, _ count: Int, _ pixels: UnsafePointer<UInt8>,
    _ arena: UnsafeMutableRawPointer, _ observer: inout Observer
  ) {
    let step = place.pointee.step
    if place.pointee.call == .foldPixels, let kernels {
      observer.willRun(layer: 0)
      kernels.pointee.fold(place.pointee.packed, pixels, 0, step.row, step.count, sums(arena))
      return observer.didFold(layer: 0)
    }
    for index in 0..<count {
      let target = arena + (step.target + (row + index) * place.pointee.rowBytes)
      let source = pixels + index * rowBytes
      if let pixelMap {
        pixelMap.apply(source, to: target.assumingMemoryBound(to: Int8.self), width: width)
      } else if let kernels {
        kernels.pointee.flip(target, source, step.count)
      } else {
        octet_flip(target, source, step.count)
      }
    }
  }

  /// Any step but the feeding of a row.
  @inline(__always)
  private func take<Observer: RunObserver>(
    _ place: UnsafePointer<Step>, _ arena: UnsafeMutableRawPointer, _ observer: inout Observer
  ) {
    guard place.pointee.call != .plain, let kernels else { return takePlain(place, arena, &observer) }
    let layer = place.pointee.step.layer
    let packed = place.pointee.packed
    let target = arena + place.pointee.step.target
    let count = place.pointee.rows
    let rowBytes = place.pointee.rowBytes
    observer.willRun(layer: layer)
    switch place.pointee.call {
    case .convolve:
      var rows = rows(place, arena)
      kernels.pointee.convolve(packed, &rows, place.pointee.places, count, target, rowBytes)
    case .convolveDepthwise:
      var rows = rows(place, arena)
      kernels.pointee.convolve_depthwise(packed, &rows, place.pointee.places, count, target, rowBytes)
    case .pool:
      var rows = rows(place, arena)
      kernels.pointee.pool(place.pointee.pool, &rows, target.assumingMemoryBound(to: Int8.self))
    case .lookUp:
      let first = UnsafeRawPointer(values(place, arena)).assumingMemoryBound(to: Int8.self)
      for row in 0..<count {
        kernels.pointee.look_up(
          place.pointee.table, first + row * place.pointee.step.source.rowBytes, place.pointee.step.count,
          (target + row * rowBytes).assumingMemoryBound(to: Int8.self))
      }
      return didRun(place, target, &observer)
    case .join:
      let first = UnsafeRawPointer(values(place, arena)).assumingMemoryBound(to: Int8.self)
      let second =
        place.pointee.constants
        ?? UnsafePointer((arena + place.pointee.second).assumingMemoryBound(to: Int8.self))
      for row in 0..<count {
        kernels.pointee.join(
          place.pointee.join, first + row * place.pointee.step.source.rowBytes,
          second + row * place.pointee.secondRowBytes, place.pointee.period, place.pointee.step.count,
          (target + row * rowBytes).assumingMemoryBound(to: Int8.self))
      }
    case .fold:
      kernels.pointee.fold(
        packed, values(place, arena), 0x80, place.pointee.step.row, place.pointee.step.count * count,
        target.assumingMemoryBound(to: Int32.self))
      return observer.didFold(layer: layer)
    case .addCells:
      kernels.pointee.add_cells(
        UnsafeRawPointer(values(place, arena)).assumingMemoryBound(to: Int8.self),
        place.pointee.places * count,
        place.pointee.step.count / place.pointee.places, target.assumingMemoryBound(to: Int32.self))
      return observer.didFold(layer: layer)
    case .finish:
      kernels.pointee.finish(
        packed, (arena + place.pointee.sums).assumingMemoryBound(to: Int32.self), target)
    case .multiply:
      kernels.pointee.multiply(packed, values(place, arena), 0x80, place.pointee.values, target)
    case .plain, .feed, .foldPixels: break
    }
    lookUp(place, target)
    didRun(place, target, &observer)
  }

  /// Takes the values of a step's rows through its table, if it has one, while they are in the first cache.
  @inline(__always)
  private func lookUp(_ place: UnsafePointer<Step>, _ target: UnsafeMutableRawPointer) {
    guard let table = place.pointee.table, let kernels else { return }
    for row in 0..<place.pointee.rows {
      let values = (target + row * place.pointee.rowBytes).assumingMemoryBound(to: Int8.self)
      kernels.pointee.look_up(table, values, place.pointee.step.count, values)
    }
  }

  /// Shows the rows that a step made.
  @inline(__always)
  private func didRun<Observer: RunObserver>(
    _ place: UnsafePointer<Step>, _ target: UnsafeMutableRawPointer, _ observer: inout Observer
  ) {
    for row in 0..<place.pointee.rows {
      let start = target + row * place.pointee.rowBytes
      observer.didRun(
        layer: place.pointee.step.layer,
        row: UnsafeRawBufferPointer(start: start, count: place.pointee.step.count).bytes)
    }
  }

  /// What every kind of layer defines.
  private func takePlain<Observer: RunObserver>(
    _ place: UnsafePointer<Step>, _ arena: UnsafeMutableRawPointer, _ observer: inout Observer
  ) {
    let records = layout.records
    let context = RunContext(records, RunMemory(arena))
    let step = place.pointee.step
    switch step.action {
    case .border: context.fillBorder(step)
    case .start: context.start(step, records.shape(step.layer))
    case .compute, .fold: context.take(step, records.shape(step.layer), PlainKernels(), &observer)
    case .feed: break
    }
  }

  @inline(__always)
  private func rows(_ place: UnsafePointer<Step>, _ arena: UnsafeMutableRawPointer) -> octet_rows {
    let source = place.pointee.step.source
    return octet_rows(
      slots: (arena + source.slots).assumingMemoryBound(to: Int8.self), row_bytes: source.rowBytes,
      slot_count: source.slotCount, first: source.first)
  }

  /// The first row that a layer reads.
  @inline(__always)
  private func values(
    _ place: UnsafePointer<Step>, _ arena: UnsafeMutableRawPointer
  ) -> UnsafePointer<UInt8> {
    let source = place.pointee.step.source
    return UnsafePointer(
      (arena + (source.slots + source.first * source.rowBytes)).assumingMemoryBound(to: UInt8.self))
  }
}

// Several images side by side, step by step: a dense layer then loads its weights once for all of them.
extension HostProgram {
  /// Images that share a load of a dense layer's weights into registers; so many run together, or a multiple.
  static var imagesInRegisters: Int { Int(OCTET_FOUR) }

  /// The most images that run together. Many share what is in the first cache too, but where other layers run between
  /// dense ones, the arenas of many are not there when they are needed.
  var mostTogether: Int {
    let isDense = steps.allSatisfy { [.feed, .fold, .foldPixels, .multiply, .finish].contains($0.call) }
    return isDense ? Int(OCTET_MOST_TOGETHER) : Self.imagesInRegisters
  }

  /// Bytes of dense layers' weights, which images that run together share.
  var sharedWeights: Int {
    var weights = 0
    var layers: Set<Int> = []
    for step in steps where [.fold, .foldPixels, .multiply].contains(step.call) {
      guard layers.insert(step.step.layer).inserted, let layer = step.packed?.pointee else { continue }
      weights += layer.outputs * layer.lines * layer.segment
    }
    return weights
  }

  /// Runs several images.
  ///
  /// - Parameters:
  ///   - images: one after another.
  ///   - count: how many, a multiple of `imagesInRegisters` up to `mostTogether`.
  ///   - arenas: that `ModelRun` has opened over the model, `stride` bytes apart.
  func runTogether(
    images: UnsafePointer<UInt8>, count: Int, arenas: UnsafeMutableRawPointer, stride: Int
  ) {
    guard let first = steps.baseAddress, let kernels else { return }
    let imageBytes = height * rowBytes
    var place = first
    let end = first + steps.count
    var observer = NoObserver()
    while place < end {
      let step = place.pointee.step
      let packed = place.pointee.packed
      switch place.pointee.call {
      case .fold:
        kernels.pointee.fold_together(
          packed, values(place, arenas), stride, 0x80, count, step.row, step.count * place.pointee.rows,
          (arenas + step.target).assumingMemoryBound(to: Int32.self), stride)
      case .foldPixels where firstOutputs > 0:
        place = first + firstOutputs
        kernels.pointee.multiply_together(
          packed, images, imageBytes, 0, count, imageBytes, arenas + place.pointee.step.target, stride)
        for image in 0..<count { lookUp(place, arenas + (place.pointee.step.target + image * stride)) }
      case .foldPixels:
        kernels.pointee.fold_together(
          packed, images + step.row * rowBytes, imageBytes, 0, count, step.row, step.count, sums(arenas),
          stride)
      case .multiply:
        kernels.pointee.multiply_together(
          packed, values(place, arenas), stride, 0x80, count, place.pointee.values, arenas + step.target,
          stride)
        for image in 0..<count { lookUp(place, arenas + (step.target + image * stride)) }
      case .feed:
        for image in 0..<count {
          feed(
            place, from: 0, place.pointee.rows, images + (image * imageBytes + step.row * rowBytes),
            arenas + image * stride, &observer)
        }
      case .plain, .convolve, .convolveDepthwise, .pool, .join, .lookUp, .addCells, .finish:
        for image in 0..<count { take(place, arenas + image * stride, &observer) }
      }
      place += 1
    }
  }
}
