// The regions of an arena, one after the other: the first, the second if there is one, and the input if the caller may
// hold it. A program that gives one block for all of them need not know of them.

extension Model {
  /// Whether the caller may hold the input: then no byte of it need be in the arena, as `Session.run(held:)` reads it
  /// where it is.
  public var holdsInput: Bool { input.isHeld }

  /// Bytes of the input as the caller holds it, its border included; 0 unless `holdsInput`.
  public var heldInputBytes: Int { holdsInput ? input.ringBytes : 0 }

  /// Bytes of the arena from its start that are one region of memory: all but a held input where there is no second.
  public var firstRegionBytes: Int {
    let start = Int(records.bytes.word(FileFormat.secondRegion))
    return start > 0 ? start : regionsEnd
  }

  /// Bytes of the second region, which follow those of the first; 0 without one.
  public var secondRegionBytes: Int { regionsEnd &- firstRegionBytes }

  /// Where the last region ends that is no held input.
  private var regionsEnd: Int { holdsInput ? Int(input.ringOffset) : arenaBytes }
}

// What a caller holds has the form of the input's ring with all its rows, so that layers read it as they read a ring:
// rows from the top, border rows above and below among them, each with the border's cells left and right; channels
// last; every value the integer that goes in, the border's cells the input's zero point.
extension Model {
  /// Bytes from a row of the held input to the next.
  public var heldRowBytes: Int { input.rowBytes }

  /// Where the first real pixel is in the held input.
  public var heldPixelsOffset: Int { input.rowOffset(Int(input.borderAbove)) &- Int(input.ringOffset) }

  /// Whether the border's cells of a held input have the value that the model needs there.
  package func isFramed(_ held: UnsafePointer<Int8>) -> Bool {
    let left = Int(input.borderLeft) &* input.pixelBytes
    let right = heldRowBytes &- left &- imageRowBytes
    var row = held
    for index in 0..<input.allRows {
      let isReal = index >= input.borderAbove && index < input.firstRowBelow
      guard isBorder(row, count: isReal ? left : heldRowBytes) else { return false }
      guard !isReal || isBorder(row + (left &+ imageRowBytes), count: right) else { return false }
      row += heldRowBytes
    }
    return true
  }

  private func isBorder(_ cells: UnsafePointer<Int8>, count: Int) -> Bool {
    for place in 0..<count where cells[place] != input.zeroPoint { return false }
    return true
  }

  /// Writes an image, `imageBytes` bytes, as a caller may hold it, `heldInputBytes` values: with its border, and each
  /// pixel as the integer that it becomes.
  package func hold(_ image: UnsafePointer<UInt8>, in held: UnsafeMutablePointer<Int8>) {
    for place in 0..<heldInputBytes { held[place] = input.zeroPoint }
    for row in 0..<imageHeight {
      let target = UnsafeMutableRawPointer(held + (heldPixelsOffset &+ row &* heldRowBytes))
      bring(
        image + row &* imageRowBytes, to: target.assumingMemoryBound(to: UInt8.self), count: imageRowBytes)
    }
  }
}
