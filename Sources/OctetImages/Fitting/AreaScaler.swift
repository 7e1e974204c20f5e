/// Brings a picture to another size as its rows arrive: each pixel of the result is the mean of what it covers.
///
/// Lengths are counted so that they are whole numbers: along a row, a pixel of the picture is as long as the result has
/// pixels, and a pixel of the result as long as the picture has. A pixel of the result is the sum of what it covers,
/// each value times the area that both share, divided by its own area and rounded to the nearest, a half up. So a
/// picture of the result's size stays as it is, and a larger result repeats pixels, with means where two meet.
///
/// Rows that come whole from the top need memory for one row of the result. Those of an interlaced picture need it for
/// all.
struct AreaScaler {
  /// Takes a row of the result, and its number.
  typealias Emit = (Span<UInt8>, Int) -> Void

  /// Of the result.
  let width: Int
  let height: Int
  let channels: Int
  private let fit: PictureFitting.Fit

  /// The part of the picture that is used.
  private(set) var source = PixelBox(left: 0, top: 0, width: 0, height: 0)
  /// Where it comes to lie in the result; what is outside is black.
  private(set) var target = PixelBox(left: 0, top: 0, width: 0, height: 0)
  private var hasWholeRows = true
  /// Whether the picture has the result's size, so that there is nothing to do.
  private(set) var isUnchanged = false

  /// Of the row of the target that is being filled, or of all its rows. At most 255 x 65,535 x 65,535: 2^40.
  private var sums: [UInt64] = []
  /// A row of the picture, reduced along the row. At most 255 x 65,535: 2^24.
  private var line: [UInt32] = []
  /// A row of the result.
  private var row: [UInt8]
  /// The row of the target that is being filled.
  private var nextRow = 0

  /// - Parameter fit: `stretch`, `crop` or `pad`; for any other the picture has the result's size.
  init(width: Int, height: Int, channels: Int, fit: PictureFitting.Fit) {
    self.width = width
    self.height = height
    self.channels = channels
    self.fit = fit
    row = [UInt8](repeating: 0, count: width * channels)
  }

  /// Hands on the rows above the picture, if there are any.
  mutating func begin(
    width sourceWidth: Int, height sourceHeight: Int, hasWholeRows: Bool, _ emit: Emit
  ) {
    source = PixelBox(left: 0, top: 0, width: sourceWidth, height: sourceHeight)
    target = PixelBox(left: 0, top: 0, width: width, height: height)
    self.hasWholeRows = hasWholeRows
    // No side has more than 65,535 pixels and none of a result more than 4,096: products stay below 2^29.
    let isWider = sourceWidth * height > sourceHeight * width
    if fit == .crop {
      if isWider {
        source.width = Self.share(sourceHeight, width, height)
        source.left = (sourceWidth - source.width) / 2
      } else {
        source.height = Self.share(sourceWidth, height, width)
        source.top = (sourceHeight - source.height) / 2
      }
    } else if fit == .pad {
      if isWider {
        target.height = Self.share(sourceHeight, width, sourceWidth)
        target.top = (height - target.height) / 2
      } else {
        target.width = Self.share(sourceWidth, height, sourceHeight)
        target.left = (width - target.width) / 2
      }
    }
    nextRow = 0
    isUnchanged = sourceWidth == width && sourceHeight == height
    if isUnchanged { return }
    let count = target.width * channels
    sums = [UInt64](repeating: 0, count: hasWholeRows ? count : count * target.height)
    guard hasWholeRows else { return }
    line = [UInt32](repeating: 0, count: count)
    emitBlack(0..<target.top, emit)
  }

  /// `length * part / whole`, to the nearest, at least 1. What comes out is never more than the side it is a part of.
  private static func share(_ length: Int, _ part: Int, _ whole: Int) -> Int {
    max(1, (2 * length * part + whole) / (2 * whole))
  }

  /// Takes pixels of the picture, and hands on the rows of the result that are complete.
  mutating func take(
    _ values: Span<UInt8>, row: Int, firstColumn: Int, columnStep: Int, _ emit: Emit
  ) {
    guard row >= source.top, row < source.bottom else { return }
    if hasWholeRows {
      reduce(values)
      addLine(row - source.top, emit)
      return
    }
    var column = firstColumn
    for place in stride(from: 0, to: values.count, by: channels) {
      if column >= source.left, column < source.right {
        for channel in 0..<channels {
          addPixel(UInt64(values[place + channel]), row - source.top, column - source.left, channel)
        }
      }
      column += columnStep
    }
  }

  /// Hands on what is left when the last pixel has come.
  mutating func finish(_ emit: Emit) {
    if isUnchanged { return }
    if !hasWholeRows {
      emitBlack(0..<target.top, emit)
      for row in 0..<target.height { finishRow(row, sumsAt: row * target.width * channels, emit) }
    }
    emitBlack(target.bottom..<height, emit)
  }
}

// Rows that come whole.
extension AreaScaler {
  /// Reduces a row of the picture along the row.
  private mutating func reduce(_ values: Span<UInt8>) {
    let (channels, length) = (channels, UInt32(target.width))
    for channel in 0..<channels {
      var place = source.left * channels + channel
      // What is left of the pixel at `place`.
      var rest = length
      for column in 0..<target.width {
        var missing = UInt32(source.width)
        var sum: UInt32 = 0
        while missing >= rest {
          sum += UInt32(values[place]) * rest
          missing -= rest
          place += channels
          rest = length
          if missing == 0 { break }
        }
        if missing > 0 {
          sum += UInt32(values[place]) * missing
          rest -= missing
        }
        line[column * channels + channel] = sum
      }
    }
  }

  /// Adds the reduced row to the rows of the target that it lies in, and hands on those that it completes.
  private mutating func addLine(_ row: Int, _ emit: Emit) {
    let end = (row + 1) * target.height
    while nextRow < target.height {
      let top = max(row * target.height, nextRow * source.height)
      let bottom = min(end, (nextRow + 1) * source.height)
      guard bottom > top else { return }
      let height = UInt64(bottom - top)
      for place in 0..<target.width * channels { sums[place] += UInt64(line[place]) * height }
      guard (nextRow + 1) * source.height <= end else { return }
      finishRow(nextRow, sumsAt: 0, emit)
      for place in 0..<target.width * channels { sums[place] = 0 }
      nextRow += 1
    }
  }
}

// Pixels in any order.
extension AreaScaler {
  /// Adds a pixel of the picture to all that it lies in.
  private mutating func addPixel(_ value: UInt64, _ row: Int, _ column: Int, _ channel: Int) {
    let (top, left) = (row * target.height, column * target.width)
    let (bottom, right) = (top + target.height, left + target.width)
    for targetRow in top / source.height..<(bottom + source.height - 1) / source.height {
      let height = min(bottom, (targetRow + 1) * source.height) - max(top, targetRow * source.height)
      for targetColumn in left / source.width..<(right + source.width - 1) / source.width {
        let width = min(right, (targetColumn + 1) * source.width) - max(left, targetColumn * source.width)
        sums[(targetRow * target.width + targetColumn) * channels + channel] += value * UInt64(height * width)
      }
    }
  }
}

// Rows of the result.
extension AreaScaler {
  private mutating func finishRow(
    _ targetRow: Int, sumsAt start: Int, _ emit: Emit
  ) {
    let area = UInt64(source.width) * UInt64(source.height)
    for place in 0..<target.width * channels {
      row[target.left * channels + place] = UInt8(
        truncatingIfNeeded: (sums[start + place] + area / 2) / area)
    }
    emit(row.span, target.top + targetRow)
  }

  private mutating func emitBlack(_ rows: Range<Int>, _ emit: Emit) {
    for place in row.indices { row[place] = 0 }
    for row in rows { emit(self.row.span, row) }
  }
}

/// Reads a picture through a scaler: the rows of the result, from the top and whole, go to whoever wants them, or
/// become a whole picture.
///
/// Not generic, so that a program has the reader and the scaler once for all who take rows.
struct ScaledRows: PixelRowSink {
  typealias Take = (Span<UInt8>, Int) -> Void

  private var scaler: AreaScaler
  /// Nil where the rows become a whole picture.
  private let feed: Take?
  /// Without pixels where the rows were handed on.
  private(set) var picture: PixelRaster

  init(_ scaler: AreaScaler, feed: Take?) {
    self.scaler = scaler
    self.feed = feed
    picture = PixelRaster(channels: scaler.channels)
  }

  var channels: Int { scaler.channels }

  mutating func begin(width: Int, height: Int, hasWholeRows: Bool) {
    if feed == nil { picture.begin(width: scaler.width, height: scaler.height, hasWholeRows: true) }
    let feed = feed
    scaler.begin(width: width, height: height, hasWholeRows: hasWholeRows) {
      Self.take($0, $1, feed, &picture)
    }
  }

  mutating func take(_ values: Span<UInt8>, row: Int, firstColumn: Int, columnStep: Int) {
    if scaler.isUnchanged {
      guard let feed else {
        return picture.take(values, row: row, firstColumn: firstColumn, columnStep: columnStep)
      }
      // Only rows that come whole are handed on.
      return feed(values, row)
    }
    let feed = feed
    scaler.take(values, row: row, firstColumn: firstColumn, columnStep: columnStep) {
      Self.take($0, $1, feed, &picture)
    }
  }

  mutating func finish() {
    let feed = feed
    scaler.finish { Self.take($0, $1, feed, &picture) }
  }

  private static func take(_ values: Span<UInt8>, _ row: Int, _ feed: Take?, _ picture: inout PixelRaster) {
    if let feed {
      feed(values, row)
    } else {
      picture.take(values, row: row, firstColumn: 0, columnStep: 1)
    }
  }
}
