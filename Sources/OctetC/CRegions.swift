#if OCTET_REGIONS || !hasFeature(Embedded)
  import COctet
  import Octet

  // Arenas that are no one block, and inputs that the caller holds.

  /// Bytes of the first block of `octet_open_regions`.
  @c @implementation
  public func octet_first_region_bytes(_ kept: UnsafePointer<octet_model>) -> Int {
    let model = model(kept)
    return scratchOffset(model, behind: model.firstRegionBytes)
  }

  /// Bytes of the second.
  @c @implementation
  public func octet_second_region_bytes(_ kept: UnsafePointer<octet_model>) -> Int {
    model(kept).secondRegionBytes
  }

  /// Values of an input that the caller holds.
  @c @implementation
  public func octet_held_bytes(_ kept: UnsafePointer<octet_model>) -> Int { model(kept).heldInputBytes }

  /// Opens a session over regions.
  @c @implementation
  public func octet_open_regions(
    _ result: UnsafeMutablePointer<octet_session>, _ kept: UnsafePointer<octet_model>,
    _ first: UnsafeMutableRawPointer, _ firstBytes: Int, _ second: UnsafeMutableRawPointer?,
    _ secondBytes: Int
  ) -> Int32 {
    let model = model(kept)
    let needed = model.secondRegionBytes
    guard secondBytes >= needed, needed == 0 || second != nil, UInt(bitPattern: second) & 3 == 0 else {
      return Int32(OCTET_BAD_ARENA)
    }
    let memory = RunMemory(model, first: first, second: needed > 0 ? second : nil)
    return open(result, model, memory, first, firstBytes, behind: model.firstRegionBytes)
  }

  /// Writes an image as a caller may hold it.
  @c @implementation
  public func octet_hold(
    _ kept: UnsafePointer<octet_model>, _ image: UnsafePointer<UInt8>, _ held: UnsafeMutablePointer<Int8>
  ) -> Int32 {
    let model = model(kept)
    guard model.holdsInput else { return Int32(OCTET_BAD_INPUT) }
    model.hold(image, in: held)
    return Int32(OCTET_OK)
  }

  /// Runs an image that the caller holds.
  @c @implementation
  public func octet_run_held(
    _ kept: UnsafeMutablePointer<octet_session>, _ held: UnsafePointer<Int8>, _ bytes: Int
  ) -> Int32 {
    let place = session(kept)
    let model = place.pointee.run.model
    guard model.holdsInput, bytes == model.heldInputBytes, UInt(bitPattern: held) & 3 == 0,
      model.isFramed(held)
    else { return Int32(OCTET_BAD_INPUT) }
    var observer = NoObserver()
    let image = UnsafeRawPointer(held).assumingMemoryBound(to: UInt8.self)
    place.pointee.run.run(
      image: image, place.pointee.memory.holding(held, model), place.pointee.kernels, &observer)
    return Int32(OCTET_OK)
  }
#endif
