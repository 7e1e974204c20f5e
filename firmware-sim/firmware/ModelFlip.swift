#if OCTET_WRITABLE_MODEL
  import Octet

  /// Bits of the model that are turned over, to see that the loader on the chip judges as the one on the host.
  ///
  /// Only for boards whose "flash" can be written, which some emulated ones can.
  struct ModelFlip {
    /// Of a byte.
    let offset: UInt32
    let mask: UInt32
    /// Whether the check sum in the header is made to fit again, so that the rules behind it come into play.
    let isMended: Bool

    static let mark: UInt32 = 0x504C_464F

    /// Turns the bits over, loads, and turns them back. Nil if the loader accepts the model.
    func judge(_ file: UnsafeMutableRawBufferPointer) -> ModelError? {
      guard let start = file.baseAddress, offset < UInt32(truncatingIfNeeded: file.count) else {
        Failure.stop("a flip lies outside the model")
      }
      let place = start + Int(truncatingIfNeeded: offset)
      let byte = place.load(as: UInt8.self)
      let checksum = start.load(fromByteOffset: 12, as: UInt32.self)
      place.storeBytes(of: byte ^ UInt8(truncatingIfNeeded: mask), as: UInt8.self)
      if isMended {
        var sum = Checksum()
        sum.add(UnsafeRawBufferPointer(start: start + 16, count: file.count &- 16).bytes)
        start.storeBytes(of: sum.value, toByteOffset: 12, as: UInt32.self)
      }
      defer {
        start.storeBytes(of: checksum, toByteOffset: 12, as: UInt32.self)
        place.storeBytes(of: byte, as: UInt8.self)
      }
      do throws(ModelError) {
        _ = try Model(readingInPlace: UnsafeRawBufferPointer(file))
        return nil
      } catch {
        return error
      }
    }
  }
#endif
