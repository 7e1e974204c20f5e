import Foundation
import OctetData
import OctetHost
import OctetNetwork
import TestSupport
import Testing

@Suite struct ClassFoldersTests {
  private func picture(_ value: UInt8, width: Int = 3, height: Int = 2) -> [UInt8] {
    Array("P5\n\(width) \(height)\n255\n".utf8) + [UInt8](repeating: 255 - value, count: width * height)
  }

  private func read(_ folder: TemporaryFolder) throws(FileError) -> DataSet {
    try ClassFolders(folder.path, reader: GrayMapReader()).read()
  }

  private func message(_ folder: TemporaryFolder) -> String? {
    fileError { () throws(FileError) in try read(folder) }?.description
  }

  @Test func `one set in the order of the names`() throws {
    let folder = try TemporaryFolder()
    try folder.write(picture(4), to: "b/2.pgm")
    try folder.write(picture(3), to: "b/10.pgm")
    try folder.write(picture(2), to: "a/x.pgm")
    try folder.write(picture(1), to: "B/x.pgm")
    try folder.write(picture(5), to: "ä/x.pgm")
    try folder.write("no picture", to: ".hidden/x.pgm")
    try folder.write("no picture", to: "a/.hidden")
    try folder.write("beside the folders", to: "README")
    let data = try read(folder)
    #expect(data.train.classNames == ["B", "a", "b", "ä"])
    #expect(data.train.labels == [0, 1, 2, 2, 3])
    #expect(data.train.shape == ImageShape(height: 2, width: 3, channels: 1))
    #expect(data.train.pixels == [1, 2, 3, 4, 5].flatMap { [UInt8](repeating: $0, count: 6) })
    #expect(data.test == nil)
    #expect(data.origin == "Class folders, 5 images of 4 classes, from \(folder.path)")
  }

  @Test func `train and test`() throws {
    let folder = try TemporaryFolder()
    for (name, value) in [
      ("train/0/a", 1), ("train/1/a", 2), ("train/1/b", 3), ("test/0/a", 4), ("test/1/a", 5),
    ] {
      try folder.write(picture(UInt8(value)), to: name)
    }
    let data = try read(folder)
    #expect(data.train.labels == [0, 1, 1])
    #expect(data.test?.labels == [0, 1])
    #expect(data.test?.pixels.first == 4)
    #expect(data.origin == "Class folders, 3 training and 2 test images of 2 classes, from \(folder.path)")
    try folder.write(picture(6), to: "test/2/a")
    #expect(message(folder)?.contains("test: has the classes 0, 1, 2, but train has 0, 1;") == true)
    try FileManager.default.removeItem(atPath: folder.path + "/test")
    #expect(try read(folder).test == nil)
  }

  @Test func `train and test of different sizes`() throws {
    let folder = try TemporaryFolder()
    try folder.write(picture(1), to: "train/0/a")
    try folder.write(picture(1, width: 4), to: "test/0/a")
    #expect(message(folder)?.contains("has pictures of 4 x 2, but train of 3 x 2") == true)
  }

  /// One picture in color makes all of them so, those before it, those behind it and those of the other part.
  @Test func `gray pictures beside pictures in color`() throws {
    let folder = try TemporaryFolder()
    for (name, value) in [
      ("train/a/1", 1), ("train/b/color", 2), ("train/b/x", 3), ("test/a/1", 4), ("test/b/1", 5),
    ] {
      try folder.write([UInt8(value)], to: name)
    }
    struct Reader: PictureReader {
      func read(path: String) throws(FileError) -> DecodedPicture {
        let value = try ByteFile.stored(at: path)[0]
        return path.hasSuffix("color")
          ? DecodedPicture(width: 2, height: 1, channels: 3, pixels: [value, 0, 0, 0, value, 0])
          : DecodedPicture(width: 2, height: 1, pixels: [value, 9])
      }
    }
    let data = try ClassFolders(folder.path, reader: Reader()).read()
    #expect(data.train.shape == ImageShape(height: 1, width: 2, channels: 3))
    #expect(data.train.pixels == [1, 1, 1, 9, 9, 9, 2, 0, 0, 0, 2, 0, 3, 3, 3, 9, 9, 9])
    #expect(data.test?.pixels == [4, 4, 4, 9, 9, 9, 5, 5, 5, 9, 9, 9])
  }

  @Test func `a class may be called train`() throws {
    let folder = try TemporaryFolder()
    for name in ["bus", "test", "train"] { try folder.write(picture(1), to: "\(name)/a") }
    #expect(try read(folder).train.classNames == ["bus", "test", "train"])
  }

  /// Links up, across and to a class: each folder is one class, under its own name where it has one here.
  @Test(.timeLimit(.minutes(1))) func `a folder counts once however it is linked`() throws {
    let folder = try TemporaryFolder()
    try folder.write(picture(1), to: "3/a.pgm")
    try folder.write(picture(2), to: "7/a.pgm")
    let elsewhere = try TemporaryFolder()
    try elsewhere.write(picture(3), to: "a.pgm")
    for (name, target) in [
      ("0", "."), ("1", "."), ("2", "7"), ("8", elsewhere.path), ("9", elsewhere.path),
    ] {
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/" + name, withDestinationPath: target)
    }
    let data = try read(folder)
    #expect(data.train.classNames == ["3", "7", "8"])
    #expect(data.train.pixels.count == 3 * 6)
  }

  @Test func `each mistake has its message`() throws {
    let folder = try TemporaryFolder()
    #expect(message(folder)?.contains("has no class folders") == true)
    try folder.write(picture(1), to: "a/1")
    try FileManager.default.createDirectory(
      atPath: folder.path + "/b", withIntermediateDirectories: false)
    #expect(message(folder)?.hasPrefix("\(folder.path)/b: has no pictures") == true)
    try folder.write(picture(1), to: "b/inner/x")
    #expect(message(folder)?.hasPrefix("\(folder.path)/b/inner: is a folder inside") == true)
    try FileManager.default.removeItem(atPath: folder.path + "/b/inner")
    mkfifo(folder.path + "/b/pipe", 0o600)
    #expect(message(folder)?.hasPrefix("\(folder.path)/b/pipe: is a pipe") == true)
    try FileManager.default.removeItem(atPath: folder.path + "/b/pipe")
    try folder.write(picture(1, width: 2, height: 3), to: "b/1")
    #expect(
      message(folder)?.contains("/b/1: is 2 wide and 3 high, but \(folder.path)/a/1 is 3 wide and 2 high")
        == true)
    try folder.write("text", to: "b/1")
    #expect(message(folder)?.contains("/b/1: is not a gray map") == true)
    try FileManager.default.removeItem(atPath: folder.path + "/b/1")
    symlink("/nowhere/at/all", folder.path + "/b/link")
    #expect(message(folder)?.contains("/b/link: cannot be read") == true)
  }

  @Test func `there may be more classes than a byte can count`() throws {
    let folder = try TemporaryFolder()
    for index in 0..<300 { try folder.write(picture(UInt8(index % 251)), to: "class\(index + 100)/a") }
    let train = try read(folder).train
    #expect(train.labels == (0..<300).map { UInt16($0) } && train.classNames[299] == "class399")
    #expect(train.pixels[299 * 6] == UInt8(299 % 251))
  }

  @Test func `a folder that does not exist`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("x", to: "file")
    for path in [folder.path + "/none", file] {
      #expect(
        fileError { () throws(FileError) in try ClassFolders(path, reader: GrayMapReader()).read() } != nil)
    }
  }
}
