/// Brings one picture after another to a model's form. Integers only, and memory that does not depend on the size of
/// the pictures.
///
/// Pictures are scaled as their rows arrive. For digits they are read once into a canvas of at most 256 x 256 cells,
/// below 1 MB that is kept from one to the next; where a digit fills only a small part of a large picture, that part is
/// read a second time in detail.
package struct PictureFitter: ~Copyable {
  package let options: PictureFitting
  private var source: PictureSource
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
    source = PictureSource(options)
  }

  /// A picture that has been read; `name` is for errors.
  package mutating func fit(_ picture: GrayPicture, name: String) throws(PictureError) -> FittedPicture {
    source.held = options.channels == 1 ? picture.raster : picture.inColor.raster
    defer { source.held = nil }
    return try fitOpen(name: name)
  }

  /// A picture that has been read; `name` is for errors.
  package mutating func fit(_ picture: ColorPicture, name: String) throws(PictureError) -> FittedPicture {
    source.held =
      options.channels == 1
      ? picture.inGray.raster : options.takesBlueFirst ? picture.blueFirst.raster : picture.raster
    defer { source.held = nil }
    return try fitOpen(name: name)
  }

  private mutating func fitOpen(name: String) throws(PictureError) -> FittedPicture {
    isScaled(source.size) ? try fitScaled(name) : try fitDigit(name)
  }

  private mutating func fitDigit(_ name: String) throws(PictureError) -> FittedPicture {
    canvas.window = nil
    try readCanvas(name)
    paper.measure(canvas)
    let lightInk =
      switch options.inversion {
      case .auto: Polarity.hasLightInk(canvas, paper)
      case .yes: false
      case .no: true
      }
    guard var box = findInk(lightInk) else { throw .noInk(path: name) }
    if let window = window(around: box) {
      canvas.window = window
      try source.rewind(name: name)
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
      width: options.width, height: options.height, channels: 1, pixels: placement.place(map, box: box),
      hasBlueFirst: false,
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

  private mutating func readCanvas(_ name: String) throws(PictureError) {
    try source.read(into: &canvas, name: name)
    canvas.finish()
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

#if canImport(CPNG)
  // Files, which a browser reads by itself.
  extension PictureFitter {
    /// The picture in the file at `path`.
    package mutating func fit(path: String) throws(PictureError) -> FittedPicture {
      try source.pngErrors { reader throws(PNGError) in try reader.openFile(path) }
      defer { source.close() }
      return try fitOpen(name: path)
    }

    /// The picture in the file at `path`, if nothing about it has to be found out before the model can have its rows:
    /// they come from the top, and dark and light stay as they are. Then `rows` has got those of the model's input with
    /// their numbers, in order, as the file was read, and the picture that is given keeps none. Otherwise the whole
    /// picture, and `rows` has got nothing.
    package mutating func fit(
      path: String, rows: @escaping (Span<UInt8>, Int) -> Void
    ) throws(PictureError) -> FittedPicture {
      try source.pngErrors { reader throws(PNGError) in try reader.openFile(path) }
      defer { source.close() }
      let size = source.size
      guard options.inversion == .no, source.rowsAreWhole, isScaled(size) else {
        return try fitOpen(name: path)
      }
      _ = try scale(name: path, feed: rows)
      return scaled([], of: size, isInverted: false)
    }

    /// The picture in the bytes of a file; `name` is for errors.
    package mutating func fit(
      bytes: UnsafeRawBufferPointer, name: String
    ) throws(PictureError) -> FittedPicture {
      try source.pngErrors { reader throws(PNGError) in try reader.openBytes(bytes, name: name) }
      defer { source.close() }
      return try fitOpen(name: name)
    }
  }
#endif

// Pictures that are scaled, or taken as they are.
extension PictureFitter {
  /// Whether a picture of such a size is not looked through for a digit.
  private func isScaled(_ size: (width: Int, height: Int)) -> Bool {
    switch options.fit {
    case .auto: size == (options.width, options.height)
    case .digit: false
    case .exact, .stretch, .crop, .pad: true
    }
  }

  /// Reads the open picture as the model's input, or hands its rows on.
  private mutating func scale(
    name: String, feed: ScaledRows.Take? = nil
  ) throws(PictureError) -> PixelRaster {
    let (width, height) = source.size
    let scales = options.fit == .stretch || options.fit == .crop || options.fit == .pad
    guard scales || (width, height) == (options.width, options.height) else {
      throw .size(
        path: name, width: width, height: height, neededWidth: options.width, neededHeight: options.height)
    }
    let scaler = AreaScaler(
      width: options.width, height: options.height, channels: options.channels, fit: options.fit)
    var scaled = ScaledRows(scaler, feed: feed)
    try source.read(into: &scaled, name: name)
    scaled.finish()
    return scaled.picture
  }

  private mutating func fitScaled(_ name: String) throws(PictureError) -> FittedPicture {
    let size = source.size
    let picture = try scale(name: name)
    if options.inversion == .no { return scaled(picture.pixels, of: size, isInverted: false) }
    var isInverted = true
    if options.inversion == .auto {
      // Who says what is ink and what is paper may have either alone.
      let (least, most) = Self.extremes(picture.pixels)
      guard Int32(most - least) * InkCanvas.steps >= InkMap.leastContrast else { throw .noInk(path: name) }
      canvas.draw(picture)
      isInverted = !Polarity.hasLightInk(canvas, PictureFrame(canvas))
    }
    guard isInverted else { return scaled(picture.pixels, of: size, isInverted: false) }
    var pixels = picture.pixels
    var bytes = pixels.mutableSpan
    for place in bytes.indices { bytes[unchecked: place] = 255 - bytes[unchecked: place] }
    return scaled(pixels, of: size, isInverted: true)
  }

  private static func extremes(_ pixels: [UInt8]) -> (least: UInt8, most: UInt8) {
    var (least, most) = (UInt8.max, UInt8(0))
    let bytes = pixels.span
    for place in bytes.indices {
      least = min(least, bytes[unchecked: place])
      most = max(most, bytes[unchecked: place])
    }
    return (least, most)
  }

  /// What is said of such a picture.
  private func scaled(
    _ pixels: [UInt8], of size: (width: Int, height: Int), isInverted: Bool
  ) -> FittedPicture {
    FittedPicture(
      width: options.width, height: options.height, channels: options.channels, pixels: pixels,
      hasBlueFirst: options.takesBlueFirst,
      sourceWidth: size.width, sourceHeight: size.height, isInverted: isInverted,
      fit: options.fit == .auto ? .exact : options.fit, inkBox: nil, isThickened: false)
  }
}
