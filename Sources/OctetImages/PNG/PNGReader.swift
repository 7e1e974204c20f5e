import CPNG
import OctetText

/// Reads PNG files in gray or in color, as their sinks want them, one after another and with memory for one row.
///
/// Owned once, as it owns the C reader; what that has allocated serves the next file too.
package struct PNGReader: ~Copyable {
  /// Nil when there was no memory even for this; every read then says so.
  private var reader: OpaquePointer? { owner.reader }
  private let owner: Owner
  private let limits: PNGLimits
  /// What shows where a picture is transparent.
  private let background: UInt8
  private var samples = SampleRow()
  private var colors: ColorRow

  /// - Parameter takesBlueFirst: whether colors are given as blue, green, red.
  package init(limits: PNGLimits = PNGLimits(), background: UInt8 = 255, takesBlueFirst: Bool = false) {
    colors = ColorRow(takesBlueFirst: takesBlueFirst)
    self.limits = limits
    self.background = background
    owner = Owner(
      octet_png_limits(
        width: UInt32(limits.width), height: UInt32(limits.height), file_bytes: UInt64(limits.fileBytes)))
  }

  /// Gives the C reader back. A class, because Embedded Swift does not see the `deinit` of another module's structure.
  private final class Owner {
    let reader: OpaquePointer?

    init(_ limits: octet_png_limits) { reader = octet_png_create(limits) }

    deinit { if let reader { octet_png_destroy(reader) } }
  }

  /// Reads the file at `path` into `sink`. When this throws, the sink may have taken some of its rows.
  package mutating func read(
    path: String, into sink: inout some PixelRowSink & ~Copyable
  ) throws(PNGError) {
    try openFile(path)
    defer { close() }
    try readRows(into: &sink, name: path)
  }

  /// Reads the bytes of a file from memory; `name` is for errors.
  package mutating func read(
    bytes: UnsafeRawBufferPointer, name: String, into sink: inout some PixelRowSink & ~Copyable
  ) throws(PNGError) {
    try openBytes(bytes, name: name)
    defer { close() }
    try readRows(into: &sink, name: name)
  }
}

extension PNGReader {
  /// Reads the bytes of a file from memory; `name` is for errors.
  mutating func read(
    bytes: Span<UInt8>, name: String, into sink: inout some PixelRowSink & ~Copyable
  ) throws(PNGError) {
    try bytes.withUnsafeBytes { (bytes) throws(PNGError) in
      try read(bytes: bytes, name: name, into: &sink)
    }
  }
}

// The steps, for callers that read a file twice.
extension PNGReader {
  mutating func openFile(_ path: String) throws(PNGError) {
    guard let reader else { throw PNGError(path, .outOfMemory) }
    // A C string ends at its first zero byte: without this the file opened could be another than the one named.
    guard path.withBytes({ !$0.contains(0) }) else {
      throw PNGError(path, .cannotOpen("the path holds a zero byte"))
    }
    try check(path.withFileName { octet_png_open_file(reader, $0) }, name: path)
  }

  /// The bytes have to stay where they are until `close`.
  mutating func openBytes(_ bytes: UnsafeRawBufferPointer, name: String) throws(PNGError) {
    guard let reader else { throw PNGError(name, .outOfMemory) }
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    try check(octet_png_open_bytes(reader, start, bytes.count), name: name)
  }

  /// Starts the open file again.
  mutating func rewind(name: String) throws(PNGError) {
    guard let reader else { throw PNGError(name, .outOfMemory) }
    try check(octet_png_rewind(reader), name: name)
  }

  /// Of the open file.
  var openSize: (width: Int, height: Int) {
    guard let reader else { return (0, 0) }
    let header = octet_png_get_header(reader).pointee
    return (Int(header.width), Int(header.height))
  }

  /// Whether the rows of the open file come whole, from the top.
  var openRowsAreWhole: Bool {
    guard let reader else { return false }
    return octet_png_get_header(reader).pointee.is_interlaced == 0
  }

  /// Closes the open file, if there is one.
  mutating func close() {
    if let reader { octet_png_close(reader) }
  }

  /// Reads the open file to its end.
  mutating func readRows(
    into sink: inout some PixelRowSink & ~Copyable, name: String
  ) throws(PNGError) {
    let isColor = sink.channels == 3
    let stored = try startRows(isColor: isColor, name: name)
    sink.begin(
      width: Int(stored.width), height: Int(stored.height), hasWholeRows: stored.is_interlaced == 0)
    try forEachRow(stored, isColor: isColor, name: name) { values, row in
      sink.take(
        values, row: Int(row.row), firstColumn: Int(row.first_column), columnStep: Int(row.column_step))
    }
  }

  private mutating func startRows(isColor: Bool, name: String) throws(PNGError) -> octet_png_header {
    guard let reader else { throw PNGError(name, .outOfMemory) }
    let stored = octet_png_get_header(reader).pointee
    guard PNGColorType(rawValue: stored.color_type) != nil else {
      throw PNGError(name, .damaged("unknown color type"), offset: Int(octet_png_offset(reader)))
    }
    let palette = octet_png_get_palette(reader)
    if isColor {
      colors.begin(stored, palette: palette, background: background)
    } else {
      samples.begin(stored, palette: palette, background: background)
    }
    return stored
  }

  /// Not generic, so that a program has it once for all sinks.
  private mutating func forEachRow(
    _ stored: octet_png_header, isColor: Bool, name: String, _ take: (Span<UInt8>, octet_png_row) -> Void
  ) throws(PNGError) {
    guard let reader else { throw PNGError(name, .outOfMemory) }
    let isStored = isColor ? colors.areColors : samples.areGray
    while let row = try nextRow(reader, name: name) {
      let count = Int(row.count) * (isColor ? 3 : 1)
      if isStored, let start = row.samples {
        // Good until the next row.
        take(UnsafeBufferPointer(start: start, count: count).span, row)
        continue
      }
      if let place = isColor ? colors.convert(row) : samples.convert(row) {
        throw noEntry(place, row, stored, name: name)
      }
      take((isColor ? colors.values : samples.values).span.extracting(0..<count), row)
    }
  }

  /// Nil after the last one.
  private func nextRow(_ reader: OpaquePointer, name: String) throws(PNGError) -> octet_png_row? {
    var row = octet_png_row()
    let status = octet_png_next_row(reader, &row)
    if status == OCTET_PNG_END { return nil }
    try check(status, name: name)
    return row
  }

  /// For a pixel of a row whose palette entry does not exist.
  private func noEntry(
    _ place: Int, _ row: octet_png_row, _ stored: octet_png_header, name: String
  ) -> PNGError {
    PNGError(
      name,
      .paletteIndex(
        Int(row.samples?[place] ?? 0), count: Int(stored.palette_count), row: Int(row.row),
        column: Int(row.first_column) + place * Int(row.column_step)),
      offset: reader.map { Int(octet_png_offset($0)) } ?? 0)
  }

  /// Turns what the shim says into an error.
  private func check(_ status: octet_png_status, name: String) throws(PNGError) {
    guard status != OCTET_PNG_OK, let reader else { return }
    let message = String(cString: octet_png_message(reader))
    let header = octet_png_get_header(reader).pointee
    let problem: PNGError.Problem =
      switch status {
      case OCTET_PNG_CANNOT_OPEN: .cannotOpen(message)
      case OCTET_PNG_CANNOT_READ: .cannotRead(message)
      case OCTET_PNG_IS_FOLDER: .folder
      case OCTET_PNG_IS_SPECIAL: .special
      case OCTET_PNG_EMPTY: .empty
      case OCTET_PNG_NOT_PNG: .notPNG
      case OCTET_PNG_FILE_TOO_LARGE: .fileTooLarge(message, limit: limits.fileBytes)
      case OCTET_PNG_PICTURE_TOO_LARGE:
        .pictureTooLarge(width: header.width, height: header.height, limits: limits)
      case OCTET_PNG_NO_PIXELS: .noPixels(width: header.width, height: header.height)
      case OCTET_PNG_TRUNCATED: .truncated
      case OCTET_PNG_OUT_OF_MEMORY: .outOfMemory
      default: .damaged(message)
      }
    throw PNGError(name, problem, offset: Int(octet_png_offset(reader)))
  }
}
