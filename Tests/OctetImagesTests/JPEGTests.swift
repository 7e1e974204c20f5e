import Foundation
import OctetImages
import Testing

/// JPEG files that Pillow has written, and what it reads from them, with the same library. Where that is not installed
/// there is nothing to test.
@Suite(.enabled(if: JPEGReader.isAvailable, "libjpeg-turbo is not installed"))
struct JPEGTests {
  /// 7 x 5 pixels of gray.
  private static let gray = bytes(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQ
    YEpRUk//wAALCAAFAAcBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEG
    E1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJ
    ipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/ADwPaR+Uv+7X
    /9k=
    """)
  private static let grayPixels: [UInt8] = [
    0, 31, 64, 89, 118, 154, 177, 6, 38, 71, 96, 125, 161, 184, 18, 49, 83, 107, 137, 173, 195, 29, 60, 94,
    118,
    148, 184, 207, 36, 68, 101, 126, 156, 191, 214,
  ]

  /// 6 x 4 pixels in color, in scans that get finer.
  private static let color = bytes(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQ
    YEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAEAAYD
    AREAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAABP/EABUBAQEAAAAAAAAAAAAAAAAAAAID/9oADAMBAAIQAxAAAAFkT//EABYQAQEBAAAAAAAA
    AAAAAAAAAAMEEf/aAAgBAQABBQI5zz//xAAXEQADAQAAAAAAAAAAAAAAAAAAAwQS/9oACAEDAQE/AYaGZP/EABgRAAIDAAAAAAAAAAAAAAAAAAAC
    AwQS/9oACAECAQE/Ab076P/EABUQAQEAAAAAAAAAAAAAAAAAAAAx/9oACAEBAAY/Ao//xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAE/ITf/
    2gAMAwEAAgADAAAAEB//xAAVEQEBAAAAAAAAAAAAAAAAAAAAQf/aAAgBAwEBPxC6/8QAFREBAQAAAAAAAAAAAAAAAAAAAEH/2gAIAQIBAT8Qsv/E
    ABUQAQEAAAAAAAAAAAAAAAAAAACB/9oACAEBAAE/EJV//9k=
    """)
  private static let colorPixels: [UInt8] = [
    0, 1, 246, 39, 5, 223, 95, 5, 178, 153, 0, 124, 203, 1, 85, 238, 6, 66, 2, 72, 248, 42, 76, 225, 101, 76,
    180,
    156, 71, 126, 207, 72, 87, 241, 77, 68, 6, 164, 251, 45, 170, 228, 103, 169, 181, 160, 164, 127, 210, 164,
    87,
    245, 169, 71, 5, 227, 250, 45, 231, 228, 100, 231, 181, 159, 227, 128, 208, 226, 88, 244, 232, 70,
  ]

  /// One pixel in the four colors of print.
  private static let print = bytes(
    """
    /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+WmFaUGBK
    UVJP/8AAFAgAAQABBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAE
    EQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6
    g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkA
    SwAAPwD06vTq8wr06v/Z
    """)

  private static func bytes(_ text: String) -> [UInt8] {
    [UInt8](Data(base64Encoded: text, options: .ignoreUnknownCharacters) ?? Data())
  }

  @Test func `pixels are those that its own library gives others`() throws {
    let gray = GrayPicture(width: 7, height: 5, pixels: Self.grayPixels)
    #expect(try JPEGReader.read(Self.gray, path: "gray.jpg") == .gray(gray))
    let color = ColorPicture(width: 6, height: 4, pixels: Self.colorPixels)
    #expect(try JPEGReader.read(Self.color, path: "color.jpg") == .color(color))
    #expect(
      JPEGReader.isJPEG(Self.gray) && JPEGReader.isJPEG(Self.color) && !JPEGReader.isJPEG([0xFF, 0xD8]))
  }

  @Test func `what is no whole picture is an error`() {
    for file in [Self.gray, Self.color] {
      for count in 0..<file.count - 2 {
        #expect(throws: JPEGError.self, "\(count) bytes") {
          try JPEGReader.read(Array(file[..<count]), path: "cut.jpg")
        }
      }
    }
    let error = #expect(throws: JPEGError.self) { try JPEGReader.read(Self.print, path: "print.jpg") }
    #expect(error?.finding == "has the four colors of print (CMYK)")
  }

  @Test func `no change of a byte does any harm`() {
    for file in [Self.gray, Self.color] {
      for place in file.indices {
        for change in [0x01, 0x80, 0xFF] as [UInt8] {
          var damaged = file
          damaged[place] ^= change
          let found = try? JPEGReader.read(
            damaged, path: "damaged.jpg", limits: PNGLimits(width: 64, height: 64))
          // An error, or a whole picture within the limits.
          guard let picture = found?.inColor else { continue }
          #expect((1...64).contains(picture.width) && (1...64).contains(picture.height))
          #expect(picture.pixels.count == picture.width * picture.height * 3)
        }
      }
    }
  }

  @Test func `a kind that the library does not know is not called damaged`() throws {
    var file = Self.gray
    let frame = try #require(file.indices.first { file[$0...].starts(with: [0xFF, 0xC0]) })
    // Differential frames, which nobody decodes.
    file[frame + 1] = 0xC5
    let error = #expect(throws: JPEGError.self) { try JPEGReader.read(file, path: "other.jpg") }
    #expect(error?.finding.hasPrefix("is a JPEG file of a kind that libjpeg-turbo does not read (") == true)
  }

  @Test func `pictures that are too large are refused before they are decoded`() throws {
    let limits = PNGLimits(width: 6, height: 5)
    let error = #expect(throws: JPEGError.self) {
      try JPEGReader.read(Self.gray, path: "gray.jpg", limits: limits)
    }
    #expect(error?.finding == "is 7 x 5 pixels, and the limit is 6 x 5")
  }
}
