import Board
import Storage
import Octet

/// Where images come from: those linked in, or else the file `images` of the host.
///
/// Each is five words (`OIMG`, its number, 1 if it is to be timed, bytes, CRC-32 of the pixels) and the pixels. The
/// word `OEND` ends them. Where the model lies in memory that can be written, `OFLP` records may come first; see
/// `ModelFlips`.
struct ImageSource: ~Copyable {
  private let file: HostFile?
  private var baked: UnsafeRawBufferPointer

  struct Image {
    let number: UInt32
    let isTimed: Bool
  }

  private static let imageMark: UInt32 = 0x474D_494F
  private static let endMark: UInt32 = 0x444E_454F

  init() {
    let images = storage_images()
    baked = UnsafeRawBufferPointer(start: images.start, count: images.bytes)
    guard baked.isEmpty else {
      file = nil
      return
    }
    guard let file = HostFile("images", mode: 1) else { Failure.stop("the host has no file 'images'") }
    self.file = file
  }

  #if OCTET_WRITABLE_MODEL
    /// The next bits to turn over, if such a record comes next; otherwise the mark that was read instead is kept.
    mutating func nextFlip() -> ModelFlip? {
      let mark = word(after: 0)
      guard mark == ModelFlip.mark else {
        keptMark = mark
        return nil
      }
      return ModelFlip(offset: word(after: 0), mask: word(after: 0), isMended: word(after: 0) != 0)
    }

    private var keptMark: UInt32 = 0
  #endif

  /// The next image, its pixels in `target`; nil after the last one. Anything damaged stops the firmware.
  mutating func next(into target: UnsafeMutableRawBufferPointer, count: UInt32) -> Image? {
    let mark = nextMark(count)
    if mark == Self.endMark { return nil }
    guard mark == Self.imageMark else { Failure.stop(image: count, "it does not start with OIMG") }
    let number = word(after: count)
    let isTimed = word(after: count) != 0
    guard word(after: count) == UInt32(target.count) else {
      Failure.stop(image: count, "it has not the size that the model takes")
    }
    let expected = word(after: count)
    read(into: target, after: count)
    var checksum = Checksum()
    checksum.add(UnsafeRawBufferPointer(target).bytes)
    guard checksum.value == expected else {
      Failure.stop(image: count, "its check sum does not fit: it was damaged on the way")
    }
    return Image(number: number, isTimed: isTimed)
  }

  @inline(__always)
  private mutating func nextMark(_ count: UInt32) -> UInt32 {
    #if OCTET_WRITABLE_MODEL
      if keptMark != 0 {
        defer { keptMark = 0 }
        return keptMark
      }
    #endif
    return word(after: count)
  }

  private mutating func word(after count: UInt32) -> UInt32 {
    var word: UInt32 = 0
    withUnsafeMutableBytes(of: &word) { read(into: $0, after: count) }
    return word
  }

  private mutating func read(into target: UnsafeMutableRawBufferPointer, after count: UInt32) {
    if let isRead = file?.read(into: target) {
      if !isRead { Failure.stop(image: count, "the images end in the middle") }
      return
    }
    guard baked.count >= target.count else {
      Failure.stop(image: count, "the images end in the middle")
    }
    target.copyMemory(from: UnsafeRawBufferPointer(rebasing: baked[0..<target.count]))
    baked = UnsafeRawBufferPointer(rebasing: baked[target.count...])
  }

  #if OCTET_REGIONS
    /// The next input that is held as a whole, of `size` bytes: where it is in flash, or else in `target`. As it starts
    /// at a multiple of 4, the one before is filled up.
    mutating func nextHeld(
      _ size: Int, into target: UnsafeMutableRawBufferPointer, count: UInt32
    ) -> (image: Image, bytes: UnsafeRawBufferPointer)? {
      let length = (size &+ 3) & ~3
      guard target.isEmpty else {
        guard let image = next(into: UnsafeMutableRawBufferPointer(rebasing: target[..<size]), count: count)
        else { return nil }
        read(into: UnsafeMutableRawBufferPointer(rebasing: target[size..<length]), after: count)
        return (image, UnsafeRawBufferPointer(rebasing: target[..<size]))
      }
      let mark = nextMark(count)
      if mark == Self.endMark { return nil }
      guard mark == Self.imageMark else { Failure.stop(image: count, "it does not start with OIMG") }
      let image = Image(number: word(after: count), isTimed: word(after: count) != 0)
      guard word(after: count) == UInt32(size), baked.count >= 4 &+ length else {
        Failure.stop(image: count, "it has not the size that the model takes")
      }
      _ = word(after: count)
      defer { baked = UnsafeRawBufferPointer(rebasing: baked[length...]) }
      return (image, UnsafeRawBufferPointer(rebasing: baked[..<size]))
    }
  #endif
}
