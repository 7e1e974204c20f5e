/// How much each cell of a canvas stands out from the paper, and which cells are the digit.
///
/// Cells that stand out clearly from the paper's own texture are candidates; what hangs together is a blot. The
/// heaviest blot is the digit, with those that are near it or nearly as heavy: a top bar that was drawn apart belongs
/// to it, a speck of dust does not. On paper in uneven light, blots along the picture's edge are shadows, and count
/// only when there is no other.
struct InkMap {
  /// A picture whose ink stands out less than this from its paper has none. In levels.
  static let leastContrast: Int32 = 8 * InkCanvas.steps

  private enum Mark {
    static let paper: UInt8 = 0
    static let candidate: UInt8 = 1
    static let seen: UInt8 = 2
    static let kept: UInt8 = 3
  }

  /// Cells that hang together.
  private struct Blot {
    var seed = 0
    /// The sum of the ink, in steps of gray; at most 2^16 cells of 255.
    var mass: Int32 = 0
    var strongest: Int16 = 0
    var box = PixelBox(left: 0, top: 0, width: 0, height: 0)
    /// How many of its cells are outermost ones.
    var edgeCells = 0
  }

  /// Blots that are remembered: the heaviest.
  private static let largestBlotCount = 48

  private(set) var width = 0
  private(set) var height = 0
  /// What a cell stands out, in levels; later the strength of the ink from 0 to 255.
  private(set) var ink: [Int16] = []
  /// `ink` with each cell the mean of its 3 x 3 neighborhood, where the paper is rough; later free for others to use.
  private(set) var smooth: [Int16] = []
  private var marks: [UInt8] = []
  /// Cells whose neighbors have still to be looked at: the canvas's room, whose levels are no longer needed by then.
  private var stack: [Int32] = []
  private var counts = [Int32](repeating: 0, count: binCount)
  private static let binCount = 512
  private var blots: [Blot] = []

  /// Finds the digit's ink. Nil when nothing stands out. The canvas's levels are lost.
  mutating func find(_ canvas: inout InkCanvas, _ paper: Paper, lightInk: Bool) -> PixelBox? {
    width = canvas.width
    height = canvas.height
    if ink.count < canvas.count {
      ink = [Int16](repeating: 0, count: canvas.count)
      smooth = ink
      marks = [UInt8](repeating: 0, count: canvas.count)
    }
    for row in 0..<height {
      for column in 0..<width {
        let place = row * width + column
        let difference = canvas.levels[place] - paper.level(row, column)
        // The paper's level is less than six times white away from any level.
        ink[place] = Int16(clamping: lightInk ? difference : -difference)
      }
    }
    smoothen(texture(of: ink).spread >= InkCanvas.steps / 2)
    var (middle, spread) = texture(of: smooth)
    if paper.frame.isEven {
      // Its frame says how rough the paper can be, even where most of a picture is ink.
      middle = min(middle, PictureFrame.tolerance * InkCanvas.steps)
      spread = min(spread, PictureFrame.tolerance * InkCanvas.steps)
    }
    // The spread of normal noise is 0.83 standard deviations: seven are nearly six of these, which no cell passes by
    // chance.
    let strongest = peak()
    guard strongest >= Self.leastContrast, strongest > middle + 7 * spread else { return nil }
    let high = max(strongest * 2 / 5, middle + 4 * spread, Self.leastContrast / 2)
    let low = max(strongest / 5, middle + 3 * spread, Self.leastContrast / 4)
    canvas.lendRoom(&stack)
    defer { canvas.lendRoom(&stack) }
    findBlots(high: Int16(clamping: high), low: Int16(clamping: low))
    guard let box = keepBlots(mayBeShadows: !paper.frame.isEven) else { return nil }
    setStrengths(full: max(strongest, 1))
    return box
  }

  /// What the paper differs from its own level, in levels: in the middle (none if it is darker than that), and how much
  /// it spreads. Both come from the cells with the least ink, of which paper has more than ink has.
  private mutating func texture(of values: [Int16]) -> (middle: Int32, spread: Int32) {
    for bin in 0..<Self.binCount { counts[bin] = 0 }
    for place in 0..<width * height {
      counts[min(Self.binCount - 1, max(0, Int(values[place]) / 4 + Self.binCount / 2))] += 1
    }
    let low = level(below: 1, seen: width * height)
    let high = level(below: 3, seen: width * height)
    return (max(0, high), high - low)
  }

  /// The level below which so many eighths of the counted cells are.
  private func level(below eighths: Int, seen total: Int) -> Int32 {
    var seen = 0
    for bin in 0..<Self.binCount {
      seen += Int(counts[bin])
      if 8 * seen >= eighths * total { return Int32(4 * (bin - Self.binCount / 2)) }
    }
    return 0
  }

  /// The level that only a few cells pass: specks are not what ink is measured by.
  private mutating func peak() -> Int32 {
    for bin in 0..<256 { counts[bin] = 0 }
    for place in 0..<width * height {
      counts[min(255, Int(max(0, smooth[place])) / Int(InkCanvas.steps))] += 1
    }
    let few = max(1, width * height / 8192)
    var seen = 0
    for bin in stride(from: 255, to: 0, by: -1) {
      seen += Int(counts[bin])
      if seen >= few { return Int32(bin) * InkCanvas.steps }
    }
    return 0
  }

  private mutating func smoothen(_ isRough: Bool) {
    guard isRough else {
      for place in 0..<width * height { smooth[place] = ink[place] }
      return
    }
    for row in 0..<height {
      let rows = max(0, row - 1)...min(height - 1, row + 1)
      for column in 0..<width {
        let columns = max(0, column - 1)...min(width - 1, column + 1)
        var sum: Int32 = 0
        for otherRow in rows {
          for otherColumn in columns { sum += Int32(ink[otherRow * width + otherColumn]) }
        }
        smooth[row * width + column] = Int16(clamping: sum / Int32(rows.count * columns.count))
      }
    }
  }
}

// Blots.
extension InkMap {
  private mutating func findBlots(high: Int16, low: Int16) {
    for place in 0..<width * height { marks[place] = smooth[place] >= low ? Mark.candidate : Mark.paper }
    blots.removeAll(keepingCapacity: true)
    for place in 0..<width * height where marks[place] == Mark.candidate {
      let blot = flood(from: place, of: Mark.candidate, with: Mark.seen)
      if blot.strongest >= high { remember(blot) }
    }
  }

  /// Keeps the heaviest blots.
  private mutating func remember(_ blot: Blot) {
    guard blots.count == Self.largestBlotCount else {
      blots.append(blot)
      return
    }
    var lightest = 0
    for index in blots.indices where blots[index].mass < blots[lightest].mass { lightest = index }
    if blots[lightest].mass < blot.mass { blots[lightest] = blot }
  }

  /// Marks the blots of the digit, and gives the box around them.
  private mutating func keepBlots(mayBeShadows: Bool) -> PixelBox? {
    var heaviest: Blot?
    var heaviestInside: Blot?
    for blot in blots {
      if blot.mass > heaviest?.mass ?? 0 { heaviest = blot }
      if !(mayBeShadows && isAlongEdge(blot)), blot.mass > heaviestInside?.mass ?? 0 { heaviestInside = blot }
    }
    guard let heaviest else { return nil }
    var main = heaviest
    if let heaviestInside, heaviestInside.mass > heaviest.mass / 8 { main = heaviestInside }
    var box = main.box
    for blot in blots where belongs(blot, to: main) {
      if mayBeShadows, isAlongEdge(blot), !isAlongEdge(main) { continue }
      _ = flood(from: blot.seed, of: Mark.seen, with: Mark.kept)
      box = box.union(blot.box)
    }
    return box
  }

  /// Whether a blot has more than a twelfth of the picture's edge.
  private func isAlongEdge(_ blot: Blot) -> Bool { blot.edgeCells * 6 > width + height }

  private func belongs(_ blot: Blot, to main: Blot) -> Bool {
    if blot.seed == main.seed { return true }
    let margin = main.box.longerSide / 8
    let around = main.box.expanded(by: margin, in: width, height)
    let isNear =
      blot.box.left < around.right && blot.box.right > around.left && blot.box.top < around.bottom
      && blot.box.bottom > around.top
    // A mass is below 2^24, so these products fit.
    return blot.mass * 12 >= main.mass || (isNear && blot.mass * 100 >= main.mass)
  }

  /// Marks every cell that hangs together with `seed`, corners included.
  ///
  /// A cell is marked when it goes on the stack, so it goes there once, and the stack has room for all.
  private mutating func flood(from seed: Int, of old: UInt8, with new: UInt8) -> Blot {
    var blot = Blot()
    blot.seed = seed
    var (left, top, right, bottom) = (width, height, 0, 0)
    stack[0] = Int32(seed)
    var count = 1
    marks[seed] = new
    while count > 0 {
      count -= 1
      let place = Int(stack[count])
      let (row, column) = place.quotientAndRemainder(dividingBy: width)
      (left, top, right, bottom) = (min(left, column), min(top, row), max(right, column), max(bottom, row))
      blot.mass += Int32(min(max(0, smooth[place]) / Int16(InkCanvas.steps), 255))
      blot.strongest = max(blot.strongest, smooth[place])
      if row == 0 || row == height - 1 || column == 0 || column == width - 1 { blot.edgeCells += 1 }
      for otherRow in max(0, row - 1)...min(height - 1, row + 1) {
        for otherColumn in max(0, column - 1)...min(width - 1, column + 1) {
          let other = otherRow * width + otherColumn
          guard marks[other] == old else { continue }
          marks[other] = new
          stack[count] = Int32(other)
          count += 1
        }
      }
    }
    blot.box = PixelBox(left: left, top: top, width: right - left + 1, height: bottom - top + 1)
    return blot
  }

  /// From levels to strengths: the digit's cells and those around them keep their ink, all others have none.
  private mutating func setStrengths(full: Int32) {
    for row in 0..<height {
      for column in 0..<width {
        let place = row * width + column
        smooth[place] = isKept(row, column) ? Int16(min(255, max(0, Int32(ink[place])) * 255 / full)) : 0
      }
    }
    swap(&ink, &smooth)
  }

  private func isKept(_ row: Int, _ column: Int) -> Bool {
    for otherRow in max(0, row - 1)...min(height - 1, row + 1) {
      for otherColumn in max(0, column - 1)...min(width - 1, column + 1)
      where marks[otherRow * width + otherColumn] == Mark.kept { return true }
    }
    return false
  }
}

// Strokes that would not survive the scaling.
extension InkMap {
  /// Distances are in thirds of a cell, a step to a corner being four of them: within 6 % of the true distance.
  private static let third: Int32 = 3
  private static let far: Int16 = 16_000

  /// Broadens strokes that are thinner than `thinnest` to `broadened`, both in 1/256 of a cell.
  ///
  /// - Returns: by how many cells the ink has grown on every side; nil when the strokes are broad enough.
  mutating func thicken(thinnerThan thinnest: Int32, to broadened: Int32) -> Int? {
    let strokeWidth = strokeWidth()
    guard strokeWidth < thinnest, broadened > strokeWidth else { return nil }
    // In thirds of a cell.
    let radius = (broadened - strokeWidth) * Self.third / 512
    guard radius > 0 else { return nil }
    measureDistances { $0 >= 128 ? 0 : Self.far }
    for place in 0..<width * height {
      // Full up to the radius, then falling over one cell.
      let cover = min(Self.third, max(0, radius + 2 - Int32(smooth[place])))
      ink[place] = max(ink[place], Int16(cover * 255 / Self.third))
    }
    return Int(radius / Self.third) + 1
  }

  /// The width of the strokes in 1/256 of a cell: four times the mean distance of ink from where it ends, as in a bar.
  private mutating func strokeWidth() -> Int32 {
    measureDistances { $0 >= 128 ? Self.far : 0 }
    var sum: Int64 = 0
    var count: Int64 = 0
    for place in 0..<width * height where ink[place] >= 128 {
      sum += Int64(smooth[place])
      count += 1
    }
    guard count > 0 else { return 0 }
    // Distances are to the middle of a cell outside, half a cell beyond the edge.
    return max(256, Int32(clamping: 4 * 256 * sum / (Int64(Self.third) * count)) - 512)
  }

  /// Fills `smooth` with each cell's distance to the nearest that starts with 0. Cells beyond the canvas have no ink.
  private mutating func measureDistances(from start: (Int16) -> Int16) {
    for place in 0..<width * height { smooth[place] = start(ink[place]) }
    for row in 0..<height {
      for column in 0..<width { relax(row, column, row - 1, column - 1) }
    }
    for row in stride(from: height - 1, through: 0, by: -1) {
      for column in stride(from: width - 1, through: 0, by: -1) { relax(row, column, row + 1, column + 1) }
    }
  }

  /// Takes the shorter way through the neighbors in one half of the plane: those in `otherRow`, and the one in `row`.
  @inline(__always)
  private mutating func relax(_ row: Int, _ column: Int, _ otherRow: Int, _ otherColumn: Int) {
    let place = row * width + column
    var best = smooth[place]
    if best == 0 { return }
    if otherColumn >= 0, otherColumn < width { best = min(best, smooth[row * width + otherColumn] + 3) }
    if otherRow >= 0, otherRow < height {
      let other = otherRow * width
      best = min(best, smooth[other + column] + 3)
      if column > 0 { best = min(best, smooth[other + column - 1] + 4) }
      if column < width - 1 { best = min(best, smooth[other + column + 1] + 4) }
    }
    smooth[place] = best
  }
}
