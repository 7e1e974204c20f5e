/// The picture that is being fitted: a file, or pixels in memory. Without libpng, as in a browser, pixels alone.
struct PictureSource: ~Copyable {
  /// A picture in memory, while it is fitted; nil where a file is read.
  var held: PixelRaster?
  #if canImport(CPNG)
    private var reader: PNGReader
  #endif

  init(_ options: PictureFitting) {
    #if canImport(CPNG)
      reader = PNGReader(
        limits: options.limits, background: options.background, takesBlueFirst: options.takesBlueFirst)
    #endif
  }

  /// Of the open picture.
  var size: (width: Int, height: Int) {
    if let held { return (held.width, held.height) }
    #if canImport(CPNG)
      return reader.openSize
    #else
      return (0, 0)
    #endif
  }

  /// Hands the open picture on, from its first row to its last.
  mutating func read(into sink: inout some PixelRowSink & ~Copyable, name: String) throws(PictureError) {
    if let held {
      sink.begin(width: held.width, height: held.height, hasWholeRows: true)
      held.draw { sink.take($0, row: $1, firstColumn: 0, columnStep: 1) }
      return
    }
    #if canImport(CPNG)
      do throws(PNGError) {
        try reader.readRows(into: &sink, name: name)
      } catch {
        throw .png(error)
      }
    #endif
  }

  /// Makes the open picture ready to be read again.
  mutating func rewind(name: String) throws(PictureError) {
    #if canImport(CPNG)
      guard held == nil else { return }
      let size = size
      try pngErrors { reader throws(PNGError) in
        try reader.rewind(name: name)
        // The part to look at is measured in the picture that was there before.
        guard reader.openSize == size else {
          throw PNGError(name, .cannotRead("it changed while it was read"))
        }
      }
    #endif
  }
}

#if canImport(CPNG)
  // Files.
  extension PictureSource {
    /// Whether the rows of the open file come whole, from the top.
    var rowsAreWhole: Bool { reader.openRowsAreWhole }

    mutating func pngErrors(_ body: (inout PNGReader) throws(PNGError) -> Void) throws(PictureError) {
      do throws(PNGError) {
        try body(&reader)
      } catch {
        throw .png(error)
      }
    }

    mutating func close() { reader.close() }
  }
#endif
