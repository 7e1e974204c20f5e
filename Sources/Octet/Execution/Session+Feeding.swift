extension Session {
  /// Feeds the next row of the image, `model.imageRowBytes` bytes of pixels.
  public mutating func feed(row: Span<UInt8>) throws(SessionError) {
    var observer = NoObserver()
    try feed(row: row, observer: &observer)
  }

  /// Feeds the next row, with somebody looking on.
  public mutating func feed<Observer: RunObserver>(
    row: Span<UInt8>, observer: inout Observer
  ) throws(SessionError) {
    let input = model.input
    guard row.count == input.rowValues else {
      throw SessionError.rowSize(bytes: row.count, needed: input.rowValues)
    }
    guard !isFinished else { throw SessionError.imageComplete }
    // Windows that lie wholly on the border above need no row at all.
    if rowsFed == 0 { makeRows(observer: &observer) }
    let appeared = order.rows(0)
    let target = arenaPointer().row(input, appeared).assumingMemoryBound(to: UInt8.self)
    // A pixel less 128 is the pixel with its highest bit turned over.
    for index in row.indices { target[index] = row[unchecked: index] ^ 0x80 }
    rowAppeared(of: 0, observer: &observer)
    rowsFed &+= 1
    makeRows(observer: &observer)
  }

  /// Runs a whole image, `model.imageBytes` bytes of pixels row by row.
  public mutating func run(image: Span<UInt8>) throws(SessionError) {
    var observer = NoObserver()
    try run(image: image, observer: &observer)
  }

  /// Runs a whole image, with somebody looking on.
  public mutating func run<Observer: RunObserver>(
    image: Span<UInt8>, observer: inout Observer
  ) throws(SessionError) {
    guard image.count == model.imageBytes else {
      throw SessionError.imageSize(bytes: image.count, needed: model.imageBytes)
    }
    if runAtOnce(image, observer: &observer) { return }
    restart()
    let width = model.imageRowBytes
    var start = 0
    while start < image.count {
      try feed(row: image.extracting(start..<start &+ width), observer: &observer)
      start &+= width
    }
  }

  /// Lets the kernels have the whole image, if they want it.
  @inline(__always)
  private mutating func runAtOnce<Observer: RunObserver>(
    _ image: Span<UInt8>, observer: inout Observer
  ) -> Bool {
    let arena = arenaPointer().start
    let isDone = image.withUnsafeBufferPointer { pixels in
      guard let start = pixels.baseAddress else { return false }
      return kernels.run(image: start, arena: arena, observer: &observer)
    }
    if isDone { rowsFed = Int(model.input.height) }
    return isDone
  }
}
