/// Tells light ink on dark paper from dark ink on light paper.
///
/// Ink is what stands out most from the paper, and paper is what the picture's frame shows. The differences count by
/// their fourth power, so that a few cells of strong ink outweigh a large part of the paper that is a little off.
struct Polarity {
  /// Sums of the fourth powers of what is lighter and what is darker than the paper.
  ///
  /// At most 2^16 cells, and differences below 2^11: 2^60.
  private var lighter: UInt64 = 0
  private var darker: UInt64 = 0

  /// - Parameter levels: by how much a cell is lighter, in levels.
  @inline(__always)
  private mutating func add(_ levels: Int32) {
    let difference = levels / InkCanvas.steps
    // Below 2^22; the product of two such factors is what vector units multiply at once.
    let square = UInt32(truncatingIfNeeded: difference &* difference)
    let fourth = UInt64(square) &* UInt64(square)
    lighter &+= difference < 0 ? 0 : fourth
    darker &+= difference < 0 ? fourth : 0
  }

  private var hasLightInk: Bool { lighter >= darker }

  /// How clear the answer is, from 0 to 1024.
  private var clarity: UInt64 {
    let (less, more) = (min(lighter, darker), max(lighter, darker))
    return (more - less) / max(1, (more + less) >> 10)
  }

  /// On paper of one level, that of the frame.
  static func hasLightInk(_ canvas: InkCanvas, _ frame: PictureFrame) -> Bool {
    var polarity = Polarity()
    let levels = canvas.levels.span.extracting(0..<canvas.count)
    let whole = levels.count / 8 * 8
    for start in stride(from: 0, to: whole, by: 8) {
      // Most cells are paper, and add nothing.
      var others: Int32 = 0
      for place in start..<start &+ 8 { others |= levels[unchecked: place] ^ frame.level }
      if others == 0 { continue }
      for place in start..<start &+ 8 { polarity.add(levels[unchecked: place] &- frame.level) }
    }
    for place in whole..<levels.count { polarity.add(levels[unchecked: place] &- frame.level) }
    return polarity.hasLightInk
  }

  /// On paper of one level, in light that falls off evenly, or seen through a lens with dark corners, whichever gives
  /// the clearest answer.
  static func hasLightInk(_ canvas: InkCanvas, _ paper: Paper) -> Bool {
    if paper.frame.isEven { return hasLightInk(canvas, paper.frame) }
    var (flat, sloped, curved) = (Polarity(), Polarity(), Polarity())
    for row in 0..<canvas.height {
      for column in 0..<canvas.width {
        let level = canvas.levels[row * canvas.width + column]
        flat.add(level - paper.frame.level)
        sloped.add(level - paper.plane(row, column))
        curved.add(level - paper.smoothLight(row, column))
      }
    }
    var clearest = flat
    if sloped.clarity > clearest.clarity { clearest = sloped }
    if curved.clarity > clearest.clarity { clearest = curved }
    return clearest.hasLightInk
  }
}

extension GrayPicture {
  /// Whether the picture has light ink on dark paper, by the rule for pictures of the model's size.
  package var hasLightInk: Bool {
    var canvas = InkCanvas()
    canvas.draw(raster)
    return Polarity.hasLightInk(canvas, PictureFrame(canvas))
  }
}
