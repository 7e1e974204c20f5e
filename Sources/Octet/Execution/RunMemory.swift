/// Where the bytes of an arena are: in one block, or in a block for each of its regions.
///
/// Offsets count through the regions, one after the other: the first, the second, and the input where the caller holds
/// it. The loader has proved that no ring and no accumulators reach from one into another, so a place in a region and
/// all that is read or written from there on lie in one block.
package struct RunMemory {
  private let arena: UnsafeMutableRawPointer

  #if OCTET_REGIONS || !hasFeature(Embedded)
    private let second: UnsafeMutableRawPointer
    private let input: UnsafeMutableRawPointer
    /// Where the second region and the input start if they are blocks of their own; else no offset is as large.
    private let secondStart: Int
    private let inputStart: Int

    /// The whole arena in one block.
    @inline(__always)
    package init(_ arena: UnsafeMutableRawPointer) {
      (self.arena, second, input) = (arena, arena, arena)
      (secondStart, inputStart) = (.max, .max)
    }

    /// Memory for the regions, without that of an input that is held.
    ///
    /// - Parameters:
    ///   - first: the first region.
    ///   - second: the second region; nil where it follows the first, or there is none.
    package init(_ model: Model, first: UnsafeMutableRawPointer, second: UnsafeMutableRawPointer?) {
      arena = first
      self.second = second ?? first
      // Not a place of the input: nothing is read there before `holding` has given one.
      input = first
      secondStart = second == nil ? .max : model.firstRegionBytes
      inputStart = model.holdsInput ? Int(model.input.ringOffset) : .max
    }

    private init(_ memory: RunMemory, input: UnsafeMutableRawPointer, inputStart: Int) {
      (arena, second, secondStart) = (memory.arena, memory.second, memory.secondStart)
      (self.input, self.inputStart) = (input, inputStart)
    }

    /// The same with the input in a block that the caller holds. Nothing is written there: what would be written to the
    /// input's ring is left out, by `isHeld`.
    package func holding(_ input: UnsafePointer<Int8>, _ model: Model) -> RunMemory {
      RunMemory(
        self, input: UnsafeMutableRawPointer(mutating: UnsafeRawPointer(input)),
        inputStart: Int(model.input.ringOffset))
    }

    /// The first byte of the arena if all of it lies there.
    @inline(__always)
    var whole: UnsafeMutableRawPointer? { secondStart == .max && inputStart == .max ? arena : nil }

    @inline(__always)
    package func place(_ offset: Int) -> UnsafeMutableRawPointer {
      if offset < secondStart && offset < inputStart { return arena + offset }
      return offset < inputStart ? second + (offset &- secondStart) : input + (offset &- inputStart)
    }

    /// Whether an offset lies in what the caller holds.
    @inline(__always)
    func isHeld(_ offset: Int) -> Bool { offset >= inputStart }

    /// Whether there is no room for rows of the input, as the caller holds it.
    @inline(__always)
    package var lacksInput: Bool { inputStart != .max }
  #else
    /// The whole arena in one block.
    @inline(__always)
    package init(_ arena: UnsafeMutableRawPointer) { self.arena = arena }

    @inline(__always)
    var whole: UnsafeMutableRawPointer? { arena }

    @inline(__always)
    package func place(_ offset: Int) -> UnsafeMutableRawPointer { arena + offset }

    @inline(__always)
    func isHeld(_ offset: Int) -> Bool { false }

    @inline(__always)
    package var lacksInput: Bool { false }
  #endif
}
