import OctetData
import OctetHost

/// Reads the plain gray map format (P5), as small a picture format as there is.
struct GrayMapReader: PictureReader {
  func read(path: String) throws(FileError) -> DecodedPicture {
    let bytes = try ByteFile.stored(at: path)
    let parts = bytes.split(separator: UInt8(ascii: "\n"), maxSplits: 3, omittingEmptySubsequences: false)
    let sizes = parts.count == 4 ? parts[1].split(separator: UInt8(ascii: " ")) : []
    guard parts.first.map(Array.init) == Array("P5".utf8), sizes.count == 2,
      let width = Int(String(decoding: sizes[0], as: UTF8.self)),
      let height = Int(String(decoding: sizes[1], as: UTF8.self)), parts[3].count == width * height
    else { throw FileError(path, "is not a gray map", advice: "give one") }
    return DecodedPicture(width: width, height: height, pixels: parts[3].map { 255 - $0 })
  }
}
