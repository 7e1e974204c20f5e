/// Brings one picture after another to a model's form. Integers only, and memory that does not depend on the size of
/// the pictures: below 1 MB, kept from one to the next.
///
/// Reads a picture once, as rows arrive, into a canvas of at most 256 x 256 cells. Where a digit fills only a small
/// part of a large picture, that part is read a second time in detail.
package struct PictureFitter: ~Copyable {
  package let options: PictureFitting
  private var reader: PNGReader
  /// A picture in memory, while it is fitted; empty where a file is read.
  private var held = GrayPicture()
  private var canvas = InkCanvas()
  private var paper = Paper()
  private var map = InkMap()

  /// Cells that the longer side of the ink should have at least, where the file has as many pixels.
  private static let enoughCells = 80

  /// Strokes below 1.6 pixels of the model's input are broadened to 2.2, in 1/256. MNIST's have about 2.5.
  private static let thinnest: Int32 = 410
  private static let broadened: Int32 = 563

  package init(_ options: PictureFitting) {
    self.options = options
    reader = PNGReader(limits: options.limits, background: options.background)
  }

  /// The picture in the file at `path`.
  package mutating func fit(path: String) throws(PictureError) -> FittedPicture {
    try pngErrors { reader throws(PNGError) in try reader.openFile(path) }
    defer { reader.close() }
    guard isOpenTakenAsItIs else { return try fitOpen(name: path) }
    var picture = GrayPicture()
    try readOpen(into: &picture, name: path)
    return taken(picture.pixels)
  }

  /// The picture in the file at `path`, if nothing about it has to be found out before the model can have its rows: it
  /// has the model's size and is taken as it is. Then `rows` has got them as they were read, and the picture that is
  /// given keeps none. Otherwise the whole picture, and `rows` has got nothing.
  package mutating func fit(
    path: String, rows: inout some GrayRowSink & ~Copyable
  ) throws(PictureError) -> FittedPicture {
    try pngErrors { reader throws(PNGError) in try reader.openFile(path) }
    defer { reader.close() }
    guard isOpenTakenAsItIs else { return try fitOpen(name: path) }
    try readOpen(into: &rows, name: path)
    return taken([])
  }

  /// Whether the open picture goes into the model as it is, row by row from the top.
  private var isOpenTakenAsItIs: Bool {
    options.inversion == .no && options.fit != .digit && reader.openSize == (options.width, options.height)
      && reader.openRowsAreWhole
  }

  private mutating func readOpen(
    into rows: inout some GrayRowSink & ~Copyable, name: String
  ) throws(PictureError) {
    do throws(PNGError) {
      try reader.readRows(into: &rows, name: name)
    } catch {
      throw .png(error)
    }
  }

  /// What is said of such a picture.
  private func taken(_ pixels: [UInt8]) -> FittedPicture {
    FittedPicture(
      width: options.width, height: options.height, pixels: pixels, sourceWidth: options.width,
      sourceHeight: options.height, isInverted: false, fit: .exact, inkBox: nil, isThickened: false)
  }

  /// The picture in the bytes of a file; `name` is for errors.
  package mutating func fit(
    bytes: UnsafeRawBufferPointer, name: String
  ) throws(PictureError) -> FittedPicture {
    try pngErrors { reader throws(PNGError) in try reader.openBytes(bytes, name: name) }
    defer { reader.close() }
    return try fitOpen(name: name)
  }

  /// A picture that has been read; `name` is for errors.
  package mutating func fit(_ picture: GrayPicture, name: String) throws(PictureError) -> FittedPicture {
    held = picture
    defer { held = GrayPicture() }
    return try fitOpen(name: name)
  }

  private mutating func pngErrors(
    _ body: (inout PNGReader) throws(PNGError) -> Void
  ) throws(PictureError) {
    do throws(PNGError) {
      try body(&reader)
    } catch {
      throw .png(error)
    }
  }

  private mutating func fitOpen(name: String) throws(PictureError) -> FittedPicture {
    canvas.window = nil
    try readCanvas(name)
    let isSize = canvas.pictureWidth == options.width && canvas.pictureHeight == options.height
    switch options.fit {
    case .exact,
      .auto where isSize:
      guard isSize else {
        throw .size(
          path: name, width: canvas.pictureWidth, height: canvas.pictureHeight, neededWidth: options.width,
          neededHeight: options.height)
      }
      return try fitExact(name)
    case .digit, .auto: return try fitDigit(name)
    }
  }

  private mutating func readCanvas(_ name: String) throws(PictureError) {
    guard held.isEmpty else { return held.draw(on: &canvas) }
    do throws(PNGError) {
      try reader.readRows(into: &canvas, name: name)
    } catch {
      throw .png(error)
    }
    canvas.finish()
  }

  /// Whether the ink is taken for light.
  private func decidesLightInk(isExact: Bool) -> Bool {
    switch options.inversion {
    case .auto:
      isExact ? Polarity.hasLightInk(canvas, PictureFrame(canvas)) : Polarity.hasLightInk(canvas, paper)
    case .yes: false
    case .no: true
    }
  }

  private mutating func fitExact(_ name: String) throws(PictureError) -> FittedPicture {
    let lightInk = decidesLightInk(isExact: true)
    var (least, most) = (UInt8.max, UInt8(0))
    let turned: UInt8 = lightInk ? 0 : 255
    var pixels = [UInt8](repeating: 0, count: canvas.count)
    let levels = canvas.levels.span.extracting(0..<canvas.count)
    var bytes = pixels.mutableSpan
    // No side of a model's input is longer than the canvas's, so each cell is a pixel: a level is a byte of gray times
    // the steps. 255 less a byte is the byte with all its bits turned over.
    for place in levels.indices {
      let gray = UInt8(truncatingIfNeeded: levels[unchecked: place] / InkCanvas.steps) ^ turned
      (least, most) = (min(least, gray), max(most, gray))
      bytes[unchecked: place] = gray
    }
    // Who says what is ink and what is paper may have either alone.
    guard options.inversion != .auto || Int32(most - least) * InkCanvas.steps >= InkMap.leastContrast else {
      throw .noInk(path: name)
    }
    return FittedPicture(
      width: options.width, height: options.height, pixels: pixels, sourceWidth: canvas.pictureWidth,
      sourceHeight: canvas.pictureHeight, isInverted: !lightInk, fit: .exact, inkBox: nil, isThickened: false)
  }

  private mutating func fitDigit(_ name: String) throws(PictureError) -> FittedPicture {
    paper.measure(canvas)
    let lightInk = decidesLightInk(isExact: false)
    guard var box = findInk(lightInk) else { throw .noInk(path: name) }
    if let window = window(around: box) {
      canvas.window = window
      try rewind(name)
      try readCanvas(name)
      // Paper of one level stays that; the frame of a part may cut through ink.
      if !paper.frame.isEven { paper.measure(canvas) }
      guard let fine = findInk(lightInk) else { throw .noInk(path: name) }
      box = fine
    }
    let inkBox = pixelBox(box)
    let placement = InkPlacement(width: options.width, height: options.height)
    // Cells for a pixel of the model's input, in 1/256.
    let unit = Int32(256 * box.longerSide / max(1, max(placement.roomWidth, placement.roomHeight)))
    let growth = map.thicken(thinnerThan: Self.thinnest * unit / 256, to: Self.broadened * unit / 256)
    if let growth { box = box.expanded(by: growth, in: map.width, map.height) }
    return FittedPicture(
      width: options.width, height: options.height, pixels: placement.place(map, box: box),
      sourceWidth: canvas.pictureWidth, sourceHeight: canvas.pictureHeight, isInverted: !lightInk,
      fit: .digit,
      inkBox: inkBox, isThickened: growth != nil)
  }

  /// The part of the picture to look at again for small ink; nil when that would show no more.
  private func window(around box: PixelBox) -> PixelBox? {
    guard canvas.factor > 1, box.longerSide < Self.enoughCells else { return nil }
    // Wide margins: most of what is looked at has to be paper.
    let coarse = pixelBox(box)
    let window = coarse.expanded(
      by: coarse.longerSide * 3 / 4 + canvas.factor, in: canvas.pictureWidth, canvas.pictureHeight)
    return InkCanvas.factor(for: window) < canvas.factor ? window : nil
  }

  private mutating func findInk(_ lightInk: Bool) -> PixelBox? {
    paper.refine(lightInk: lightInk)
    return map.find(&canvas, paper, lightInk: lightInk)
  }

  private mutating func rewind(_ name: String) throws(PictureError) {
    guard held.isEmpty else { return }
    let (width, height) = (canvas.pictureWidth, canvas.pictureHeight)
    try pngErrors { reader throws(PNGError) in
      try reader.rewind(name: name)
      // The part to look at is measured in the picture that was there before.
      guard reader.openSize == (width, height) else {
        throw PNGError(name, .cannotRead("it changed while it was read"))
      }
    }
  }

  /// A box of cells in the file's pixels.
  private func pixelBox(_ box: PixelBox) -> PixelBox {
    let left = canvas.part.left + box.left * canvas.factor
    let top = canvas.part.top + box.top * canvas.factor
    return PixelBox(
      left: left, top: top, width: min(canvas.part.right, left + box.width * canvas.factor) - left,
      height: min(canvas.part.bottom, top + box.height * canvas.factor) - top)
  }
}
