#if !hasFeature(Embedded)
  extension Session {
    /// Goes over to the arena of another session over the same model, in which an image has gone through: the answer is
    /// that image's then. The arena must be good as long as the one that is left.
    package mutating func moveToAnswer(in other: UnsafeMutableRawPointer) {
      arena = _overrideLifetime(
        MutableRawSpan(_unsafeStart: other, byteCount: arena.byteCount), copying: arena)
      rowsFed = Int(model.input.height)
    }
  }
#endif
