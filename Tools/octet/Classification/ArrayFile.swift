import Octet
import OctetClassification
import OctetHost
import OctetImages

/// A file of items while they are classified. Threads share it, each with a piece of its own.
final class ArrayFile: Sendable {
  let path: String
  let items: ArrayItems
  private let bytes: [UInt8]

  /// Reads the file and looks at all of its items: it gives answers for all of them or for none.
  init(_ path: String, _ model: Model) throws(PictureError) {
    self.path = path
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try ByteFile.stored(at: path, limit: ArrayItems.largestFile)
    } catch {
      throw .other(path: path, finding: error.problem, advice: error.advice)
    }
    let span = bytes.span
    let items = try ArrayItems(span, byteCount: bytes.count, model, name: path)
    for item in 0..<(items.needsCheck ? items.count : 0) {
      try items.check(item, span.extracting(items.range(item)))
    }
    self.bytes = bytes
    self.items = items
  }

  /// An item, and its number where the file may have several.
  func classify<Kernels: RowKernels>(
    _ item: Int, _ classifier: inout FileClassifier<Kernels>
  ) -> (reading: Reading, item: Int?) {
    let bytes = bytes
    let span = bytes.span
    let reading = classifier.classify(span.extracting(items.range(item)), of: items)
    return (reading, items.isNumbered ? item : nil)
  }

  /// Pieces of the file in their order.
  var pieces: [Range<Int>] {
    stride(from: 0, to: items.count, by: Self.piece).map { $0..<min($0 + Self.piece, items.count) }
  }

  /// So many lines are held together.
  private static let piece = 256
}
