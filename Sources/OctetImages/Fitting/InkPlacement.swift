/// Scales the ink into the model's input and puts its center of mass in the middle, as MNIST was made.
///
/// In MNIST the longer side of a digit is 20 of 28 pixels. Other sizes keep that share.
struct InkPlacement {
  let width: Int
  let height: Int

  /// The room that the ink is scaled into.
  var roomWidth: Int { max(1, width * 20 / 28) }
  var roomHeight: Int { max(1, height * 20 / 28) }

  /// The size of the ink of a box in the model's input: as large as fits with the aspect ratio kept, at least a pixel.
  func scaledSize(of box: PixelBox) -> (width: Int, height: Int) {
    if box.width * roomHeight >= box.height * roomWidth {
      return (roomWidth, max(1, (box.height * roomWidth * 2 + box.width) / (2 * box.width)))
    }
    return (max(1, (box.width * roomHeight * 2 + box.height) / (2 * box.height)), roomHeight)
  }

  /// The model's input for the ink in `box`, which lies in the map.
  func place(_ map: InkMap, box: PixelBox) -> [UInt8] {
    let (scaledWidth, scaledHeight) = scaledSize(of: box)
    let scaled = scale(map, box: box, to: scaledWidth, scaledHeight)
    // 255 x 2^16 pixels x 2^9: more than an `Int` of 32 bits holds.
    var (mass, across, down) = (Int64(0), Int64(0), Int64(0))
    for row in 0..<scaledHeight {
      for column in 0..<scaledWidth {
        let value = Int64(scaled[row * scaledWidth + column])
        mass += value
        across += value * Int64(2 * column + 1)
        down += value * Int64(2 * row + 1)
      }
    }
    let left = Self.start(middle: across, mass: mass, length: scaledWidth, room: width)
    let top = Self.start(middle: down, mass: mass, length: scaledHeight, room: height)
    var pixels = [UInt8](repeating: 0, count: width * height)
    for row in 0..<scaledHeight {
      for column in 0..<scaledWidth {
        pixels[(top + row) * width + left + column] = scaled[row * scaledWidth + column]
      }
    }
    return pixels
  }

  /// Where the ink begins so that its center of mass, `middle / (2 mass)`, falls nearest to the middle of the pixel
  /// after the room's middle, which is where MNIST has it, and none of the ink outside.
  private static func start(middle: Int64, mass: Int64, length: Int, room: Int) -> Int {
    guard mass > 0 else { return (room - length) / 2 }
    // (room + 1) / 2 - middle / (2 mass), rounded to the nearest; the shift by `length` keeps the dividend positive.
    let shifted = (mass * Int64(room + 2 + 2 * length) - middle) / (2 * mass) - Int64(length)
    return min(room - length, max(0, Int(shifted)))
  }

  /// Each pixel is the mean of the ink on its share of the box, made stronger together so that the strongest is full.
  private func scale(_ map: InkMap, box: PixelBox, to scaledWidth: Int, _ scaledHeight: Int) -> [UInt8] {
    var means = [Int](repeating: 0, count: scaledWidth * scaledHeight)
    var strongest = 1
    for row in 0..<scaledHeight {
      // Lengths in units of which a cell has `scaledHeight`, and a pixel `box.height`.
      let top = row * box.height
      let bottom = top + box.height
      for column in 0..<scaledWidth {
        let left = column * box.width
        let right = left + box.width
        var sum = 0
        for cellRow in top / scaledHeight...(bottom - 1) / scaledHeight {
          let rows = min(bottom, (cellRow + 1) * scaledHeight) - max(top, cellRow * scaledHeight)
          for cellColumn in left / scaledWidth...(right - 1) / scaledWidth {
            let columns = min(right, (cellColumn + 1) * scaledWidth) - max(left, cellColumn * scaledWidth)
            let value = map.ink[(box.top + cellRow) * map.width + box.left + cellColumn]
            sum += Int(value) * rows * columns
          }
        }
        // 255 times an area of at most 2^16: it stays as it is, for the division by the strongest.
        means[row * scaledWidth + column] = sum
        strongest = max(strongest, sum)
      }
    }
    let full = fullInk(means, strongest)
    // A mean times 255 passes 32 bits.
    return means.map { UInt8(min(255, (Int64($0) * 255 + Int64(full / 2)) / Int64(full))) }
  }

  /// What an eighth of the pixels with ink pass: there it is full, as in the middle of MNIST's strokes.
  private func fullInk(_ means: [Int], _ strongest: Int) -> Int {
    var counts = [Int](repeating: 0, count: 65)
    var inked = 0
    for mean in means where mean * 4 >= strongest {
      counts[mean * 64 / strongest] += 1
      inked += 1
    }
    var seen = 0
    for bin in stride(from: 64, to: 0, by: -1) {
      seen += counts[bin]
      if seen * 8 >= inked { return max(1, strongest * bin / 64) }
    }
    return strongest
  }
}
