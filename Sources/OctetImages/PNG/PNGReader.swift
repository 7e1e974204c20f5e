import CPNG
import OctetText

/// Reads PNG files as gray, one after another, with memory for one row.
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

  package init(limits: PNGLimits = PNGLimits(), background: UInt8 = 255) {
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
    path: String, into sink: inout some GrayRowSink & ~Copyable
  ) throws(PNGError) {
    try openFile(path)
    defer { close() }
    try readRows(into: &sink, name: path)
  }

  /// Reads the file at `path` in color. When this throws, the picture may have some of its rows.
  package mutating func read(path: String, into picture: inout ColorPicture) throws(PNGError) {
    try openFile(path)
    defer { close() }
    try readRows(into: &picture, name: path)
  }

  /// Reads the bytes of a file from memory; `name` is for errors.
  package mutating func read(
    bytes: UnsafeRawBufferPointer, name: String, into sink: inout some GrayRowSink & ~Copyable
  ) throws(PNGError) {
    try openBytes(bytes, name: name)
    defer { close() }
    try readRows(into: &sink, name: name)
  }
}

// The steps, for callers that read a file twice.
extension PNGReader {
  mutating func openFile(_ path: String) throws(PNGError) {
    guard let reader else { throw PNGError(path, .outOfMemory) }
    // A C string ends at its first zero byte: without this the file opened could be another than the one named.
    for byte in path.utf8 where byte == 0 {
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
    into sink: inout some GrayRowSink & ~Copyable, name: String
  ) throws(PNGError) {
    guard let reader else { throw PNGError(name, .outOfMemory) }
    let (stored, header) = try beginRows(reader, name: name)
    samples.begin(stored, palette: octet_png_get_palette(reader), background: background)
    sink.begin(header)
    while let row = try nextRow(reader, name: name) {
      let firstColumn = Int(row.first_column)
      let columnStep = Int(row.column_step)
      if samples.areGray, let start = row.samples {
        // Good until the next row.
        let values = UnsafeBufferPointer(start: start, count: Int(row.count))
        sink.take(values.span, row: Int(row.row), firstColumn: firstColumn, columnStep: columnStep)
        continue
      }
      if let place = samples.convert(row) { throw noEntry(place, row, stored, name: name) }
      sink.take(
        samples.values.span.extracting(0..<Int(row.count)), row: Int(row.row), firstColumn: firstColumn,
        columnStep: columnStep)
    }
  }

  /// Reads the open file to its end, in color.
  mutating func readRows(into picture: inout ColorPicture, name: String) throws(PNGError) {
    guard let reader else { throw PNGError(name, .outOfMemory) }
    let (stored, header) = try beginRows(reader, name: name)
    var colors = ColorRow()
    colors.begin(stored, palette: octet_png_get_palette(reader), background: background)
    picture.begin(header)
    while let row = try nextRow(reader, name: name) {
      if let place = colors.convert(row) { throw noEntry(place, row, stored, name: name) }
      picture.take(colors.values, row)
    }
    picture.end(hasColor: colors.hasColor)
  }

  private func beginRows(
    _ reader: OpaquePointer, name: String
  ) throws(PNGError) -> (stored: octet_png_header, header: PNGHeader) {
    let stored = octet_png_get_header(reader).pointee
    guard let header = PNGHeader(stored) else {
      throw PNGError(name, .damaged("unknown color type"), offset: Int(octet_png_offset(reader)))
    }
    return (stored, header)
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

/// What a PNG file may be at most. An untrusted file can claim anything; these limits bound time and memory.
package struct PNGLimits: Equatable, Sendable {
  /// Pixels.
  package let width: Int
  /// Pixels.
  package let height: Int
  package let fileBytes: Int

  /// No limit lets a side be longer than this, so that sums over a picture fit 64 bits with much room.
  package static let longestSide = 65_535

  package init(width: Int = 4096, height: Int = 4096, fileBytes: Int = 64 << 20) {
    precondition(
      (1...Self.longestSide).contains(width) && (1...Self.longestSide).contains(height) && fileBytes >= 0)
    self.width = width
    self.height = height
    self.fileBytes = fileBytes
  }
}
