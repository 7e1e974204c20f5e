/// A picture, or a part of one, reduced: at most 256 x 256 cells, whatever the file's size.
///
/// A cell is the mean of `factor x factor` pixels. Means need only sums, so pixels may come in any order, and an
/// interlaced picture needs no more room than another.
struct InkCanvas {
  /// Of the canvas, in cells. An index of a cell fits 16 bits.
  static let longestSide = 256

  /// Steps of a level in one step of gray: means of many pixels are finer than their bytes.
  static let steps: Int32 = 16
  /// White.
  static let largestLevel: Int32 = 255 * steps

  /// The part of the picture that is looked at; nil for all of it.
  var window: PixelBox?

  /// Of the file.
  private(set) var pictureWidth = 0
  private(set) var pictureHeight = 0

  /// The part that was looked at.
  private(set) var part = PixelBox(left: 0, top: 0, width: 0, height: 0)
  /// Pixels along the side of a cell.
  private(set) var factor = 1
  /// In cells.
  private(set) var width = 0
  private(set) var height = 0

  /// Sums of pixels while they come, and after `finish` levels from 0 to `largestLevel`. Cells of a single pixel are
  /// levels from the start.
  ///
  /// A sum is at most 255 x 256 x 256, as no side is longer than 65535 pixels: 2^24, and 2^28 when it is scaled.
  private(set) var levels: [Int32] = []

  var count: Int { width * height }

  /// The smallest factor that brings a part of a picture onto the canvas.
  static func factor(for part: PixelBox) -> Int { (part.longerSide + longestSide - 1) / longestSide }

  /// Takes a whole picture.
  mutating func draw(_ picture: PixelRaster) {
    window = nil
    begin(width: picture.width, height: picture.height, hasWholeRows: true)
    picture.draw { take($0, row: $1, firstColumn: 0, columnStep: 1) }
    finish()
  }

  /// Exchanges the room of the levels for other room while nobody needs them: they are lost.
  mutating func lendRoom(_ room: inout [Int32]) { swap(&levels, &room) }

  /// Turns the sums into levels.
  mutating func finish() {
    guard factor > 1 else { return }
    for row in 0..<height {
      let rows = min(factor, part.height - row * factor)
      for column in 0..<width {
        let pixels = Int32(rows * min(factor, part.width - column * factor))
        let place = row * width + column
        levels[place] = (levels[place] * Self.steps + pixels / 2) / pixels
      }
    }
  }
}

extension InkCanvas: PixelRowSink {
  var channels: Int { 1 }

  mutating func begin(width: Int, height: Int, hasWholeRows: Bool) {
    pictureWidth = width
    pictureHeight = height
    part = window ?? PixelBox(left: 0, top: 0, width: width, height: height)
    factor = Self.factor(for: part)
    self.width = (part.width + factor - 1) / factor
    self.height = (part.height + factor - 1) / factor
    if levels.count < count { levels = [Int32](repeating: 0, count: count) }
    if factor > 1 { for place in 0..<count { levels[place] = 0 } }
  }

  mutating func take(_ values: Span<UInt8>, row: Int, firstColumn: Int, columnStep: Int) {
    guard row >= part.top, row < part.bottom else { return }
    let start = (row - part.top) / factor * width
    guard factor > 1 else { return takeCells(values, start, firstColumn, columnStep) }
    if columnStep == 1, firstColumn == 0 {
      var column = part.left
      for cell in start..<start + width {
        let end = min(column + factor, part.right)
        var sum: Int32 = 0
        while column < end {
          sum += Int32(values[column])
          column += 1
        }
        levels[cell] += sum
      }
      return
    }
    var column = firstColumn
    for index in values.indices {
      if column >= part.left, column < part.right {
        levels[start + (column - part.left) / factor] += Int32(values[index])
      }
      column += columnStep
    }
  }

  /// Pixels that are a cell each, as those of every picture of a model's size.
  private mutating func takeCells(_ values: Span<UInt8>, _ start: Int, _ firstColumn: Int, _ columnStep: Int)
  {
    let (part, width) = (part, width)
    var cells = levels.mutableSpan
    if columnStep == 1, firstColumn == 0 {
      let row = values.extracting(part.left..<part.right)
      precondition(
        start >= 0 && start + width <= cells.count && row.count == width, "a row lies on the canvas")
      for column in 0..<width {
        cells[unchecked: start &+ column] = Int32(row[unchecked: column]) &* Self.steps
      }
      return
    }
    var column = firstColumn
    for index in values.indices {
      if column >= part.left, column < part.right {
        cells[start + column - part.left] = Int32(values[index]) * Self.steps
      }
      column += columnStep
    }
  }
}
