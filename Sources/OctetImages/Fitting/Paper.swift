/// The level of the paper everywhere on a canvas, which light from one side makes uneven.
///
/// Where the picture's frame is of one level, the paper has that level: on a white page there is nothing to guess.
/// Otherwise the canvas is cut into at most 16 x 16 tiles. A plane through the tiles' medians models light that falls
/// off evenly, and a curve along each axis the darker corners of a lens; all are fitted by medians, which ink on less
/// than a third of the tiles cannot move far. What is left is smoothed by an opening: whatever stands out from its
/// surroundings and is narrower than seven tiles is ink, the rest is paper.
struct Paper {
  private static let largestGrid = 16
  /// Tiles to each side over which the opening looks.
  private static let reach = 3
  /// Fractions of a level in which the plane is computed.
  private static let fraction: Int32 = 256

  /// Where it is of one level, so is all the paper.
  private(set) var frame = PictureFrame()

  /// Cells in a tile, and tiles in the grid.
  private var tileWidth = 1
  private var tileHeight = 1
  private var columns = 1
  private var rows = 1

  /// The medians of the tiles, then their distance from plane and curves, then what the opening leaves of that.
  private var tiles = [Int32](repeating: 0, count: largestGrid * largestGrid)
  private var scratch = [Int32](repeating: 0, count: largestGrid * largestGrid)
  private var counts = [Int32](repeating: 0, count: 256)

  /// The plane: its level in the middle of the first tile, and its slopes per tile, all in fractions of a level.
  private var origin: Int32 = 0
  private var slopeAcross: Int32 = 0
  private var slopeDown: Int32 = 0

  /// What the plane leaves along each axis, in levels: first per column of tiles, and from `largestGrid` on per row.
  private var curves = [Int32](repeating: 0, count: 2 * largestGrid)

  /// Fits whatever the light needs.
  mutating func measure(_ canvas: InkCanvas) {
    frame = PictureFrame(canvas)
    if !frame.isEven { fitLight(canvas) }
  }

  /// Fits the plane and the curves.
  private mutating func fitLight(_ canvas: InkCanvas) {
    tileWidth = (canvas.width + Self.largestGrid - 1) / Self.largestGrid
    tileHeight = (canvas.height + Self.largestGrid - 1) / Self.largestGrid
    columns = (canvas.width + tileWidth - 1) / tileWidth
    rows = (canvas.height + tileHeight - 1) / tileHeight
    for row in 0..<rows {
      for column in 0..<columns { tiles[row * columns + column] = median(canvas, row, column) }
    }
    slopeAcross = slope(along: columns, across: rows, step: 1, stride: columns)
    slopeDown = slope(along: rows, across: columns, step: columns, stride: 1)
    var count = 0
    for row in 0..<rows {
      for column in 0..<columns
      where row == 0 || row == rows - 1 || column == 0 || column == columns - 1 {
        scratch[count] =
          tiles[row * columns + column] * Self.fraction - Int32(column) * slopeAcross
          - Int32(row) * slopeDown
        count += 1
      }
    }
    origin = middle(of: count)
    for row in 0..<rows {
      for column in 0..<columns {
        tiles[row * columns + column] -=
          (origin + Int32(column) * slopeAcross + Int32(row) * slopeDown) / Self.fraction
      }
    }
    fitCurve(at: 0, along: columns, across: rows, step: 1, stride: columns)
    fitCurve(at: Self.largestGrid, along: rows, across: columns, step: columns, stride: 1)
  }

  /// Takes a parabola out of the tiles that most of those in a column (or row) have in common.
  ///
  /// It goes through the medians of three thirds: a stroke along a column is narrower than half of one.
  private mutating func fitCurve(at start: Int, along: Int, across: Int, step: Int, stride: Int) {
    for place in 0..<along {
      for line in 0..<across { scratch[line] = tiles[place * step + line * stride] }
      curves[start + place] = middle(of: across)
    }
    let third = along / 3
    guard third > 0 else {
      for place in 0..<along { curves[start + place] = 0 }
      return
    }
    let first = middle(of: curves[start..<start + third])
    let second = middle(of: curves[start + third..<start + along - third])
    let last = middle(of: curves[start + along - third..<start + along])
    // Places count from the middle in half tiles, as does the distance between the middles of neighboring thirds.
    let distance = Int32(along - third)
    for place in 0..<along {
      let offset = Int32(2 * place + 1 - along)
      // Levels below 2^14 by at most 2^9.
      let bend = (first - 2 * second + last) * offset * offset / (2 * distance * distance)
      curves[start + place] = second + (last - first) * offset / (2 * distance) + bend
      for line in 0..<across { tiles[place * step + line * stride] -= curves[start + place] }
    }
  }

  /// Follows what plane and curves do not, for ink that is lighter or darker than the paper.
  mutating func refine(lightInk: Bool) {
    if frame.isEven { return }
    if !lightInk { for place in 0..<rows * columns { tiles[place] = -tiles[place] } }
    filter { min($0, $1) }
    filter { max($0, $1) }
    if !lightInk { for place in 0..<rows * columns { tiles[place] = -tiles[place] } }
  }

  /// The plane's level in the middle of a cell.
  func plane(_ row: Int, _ column: Int) -> Int32 {
    // In halves of a cell from the middle of the first tile.
    let across = Int32(2 * column + 1 - tileWidth) * slopeAcross / Int32(2 * tileWidth)
    let down = Int32(2 * row + 1 - tileHeight) * slopeDown / Int32(2 * tileHeight)
    return (origin + across + down) / Self.fraction
  }

  /// The level of plane and curves in a cell.
  func smoothLight(_ row: Int, _ column: Int) -> Int32 {
    let (upper, lower, down) = neighbors(row, size: tileHeight, count: rows)
    let (left, right, across) = neighbors(column, size: tileWidth, count: columns)
    let (upperRow, lowerRow) = (Self.largestGrid + upper, Self.largestGrid + lower)
    let sum =
      curves[left] * (256 - across) + curves[right] * across + curves[upperRow] * (256 - down)
      + curves[lowerRow] * down
    return plane(row, column) + sum / 256
  }

  /// The level of the paper in a cell, after `refine`.
  func level(_ row: Int, _ column: Int) -> Int32 {
    if frame.isEven { return frame.level }
    let (upper, lower, down) = neighbors(row, size: tileHeight, count: rows)
    let (left, right, across) = neighbors(column, size: tileWidth, count: columns)
    let above = tiles[upper * columns + left] * (256 - across) + tiles[upper * columns + right] * across
    let below = tiles[lower * columns + left] * (256 - across) + tiles[lower * columns + right] * across
    // Levels below 2^13 by 2^16: 2^29.
    return smoothLight(row, column) + (above * (256 - down) + below * down) / 65_536
  }

  /// The two tiles between whose middles a cell lies, and how far it is from the first, in 1/256.
  @inline(__always)
  private func neighbors(_ cell: Int, size: Int, count: Int) -> (Int, Int, Int32) {
    let halves = 2 * cell + 1 - size
    guard halves > 0 else { return (0, 0, 0) }
    let (first, rest) = halves.quotientAndRemainder(dividingBy: 2 * size)
    guard first < count - 1 else { return (count - 1, count - 1, 0) }
    return (first, first + 1, Int32(rest * 256 / (2 * size)))
  }
}

extension Paper {
  /// The median level of a tile, to a step of gray.
  private mutating func median(_ canvas: InkCanvas, _ row: Int, _ column: Int) -> Int32 {
    let cellRows = row * tileHeight..<min((row + 1) * tileHeight, canvas.height)
    let cellColumns = column * tileWidth..<min((column + 1) * tileWidth, canvas.width)
    let count = cellRows.count * cellColumns.count
    if count <= 16 {
      var place = 0
      for cellRow in cellRows {
        for cellColumn in cellColumns {
          scratch[place] = canvas.levels[cellRow * canvas.width + cellColumn]
          place += 1
        }
      }
      return middle(of: count)
    }
    for bin in 0..<256 { counts[bin] = 0 }
    for cellRow in cellRows {
      for cellColumn in cellColumns {
        counts[Int(canvas.levels[cellRow * canvas.width + cellColumn] / InkCanvas.steps)] += 1
      }
    }
    var seen: Int32 = 0
    for bin in 0..<256 {
      seen += counts[bin]
      if 2 * Int(seen) >= count { return Int32(bin) * InkCanvas.steps }
    }
    return InkCanvas.largestLevel
  }

  /// The lower median of the first values in `scratch`, which it sorts.
  private mutating func middle(of count: Int) -> Int32 {
    guard count > 0 else { return 0 }
    for end in 1..<max(count, 2) where end < count {
      let value = scratch[end]
      var place = end
      while place > 0, scratch[place - 1] > value {
        scratch[place] = scratch[place - 1]
        place -= 1
      }
      scratch[place] = value
    }
    return scratch[(count - 1) / 2]
  }

  private mutating func middle(of values: ArraySlice<Int32>) -> Int32 {
    var count = 0
    for value in values {
      scratch[count] = value
      count += 1
    }
    return middle(of: count)
  }

  /// The median change from a tile to the one half a grid further, per tile and in fractions of a level.
  private mutating func slope(along: Int, across: Int, step: Int, stride: Int) -> Int32 {
    let distance = along / 2
    guard distance > 0 else { return 0 }
    var count = 0
    for line in 0..<across {
      for place in 0..<along - distance where count < scratch.count {
        let start = line * stride + place * step
        scratch[count] = tiles[start + distance * step] - tiles[start]
        count += 1
      }
    }
    return middle(of: count) * Self.fraction / Int32(distance)
  }

  /// Replaces each tile by the least or largest of those around it, first along the rows and then along the columns.
  private mutating func filter(_ choose: (Int32, Int32) -> Int32) {
    for row in 0..<rows {
      for column in 0..<columns {
        var best = tiles[row * columns + column]
        for other in max(0, column - Self.reach)...min(columns - 1, column + Self.reach) {
          best = choose(best, tiles[row * columns + other])
        }
        scratch[row * columns + column] = best
      }
    }
    for row in 0..<rows {
      for column in 0..<columns {
        var best = scratch[row * columns + column]
        for other in max(0, row - Self.reach)...min(rows - 1, row + Self.reach) {
          best = choose(best, scratch[other * columns + column])
        }
        tiles[row * columns + column] = best
      }
    }
  }
}
