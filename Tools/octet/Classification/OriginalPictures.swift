import OctetClassification
import OctetImages
import OctetReports

/// What is in a picture's file, small, for people to compare with what the network saw.
struct OriginalPictures: ~Copyable {
  private var reader = PNGReader()
  private var picture = GrayPicture()

  mutating func tile(_ reading: Reading, path: String, side: Int) -> GrayTile {
    let seen = reading.picture
    let exact = GrayTile(
      width: seen.width, height: seen.height,
      pixels: seen.isInverted ? seen.pixels.map { 255 - $0 } : seen.pixels)
    guard seen.fit != .exact else { return exact }
    // It has just been read without an error; should it have changed since, what the network saw is shown.
    guard (try? reader.read(path: path, into: &picture)) != nil, picture.width > 0, picture.height > 0 else {
      return exact
    }
    return GrayTile(width: picture.width, height: picture.height, pixels: picture.pixels).reduced(to: side)
  }
}

extension GrayTile {
  /// What the network saw.
  init(_ picture: FittedPicture) {
    self.init(width: picture.width, height: picture.height, pixels: picture.pixels)
  }
}
