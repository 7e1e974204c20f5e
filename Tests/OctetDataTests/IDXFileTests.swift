import OctetData
import OctetHost
import OctetNetwork
import TestSupport
import Testing

@Suite struct IDXFileTests {
  private let set = smallSet(count: 12)

  private func combined(
    _ images: [UInt8], _ labels: [UInt8], classCount: Int = 10
  ) throws(FileError) -> LabeledItems {
    try IDXFile.combine(
      try IDXFile.parse(.images, images, file: "images"), "images",
      try IDXFile.parse(.labels, labels, file: "labels"), "labels", classCount: classCount)
  }

  @Test func `a known file by hand`() throws {
    let file = try IDXFile.parse(
      .images, [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 9, 8, 7, 6, 5, 4], file: "f")
    #expect(file.dimensions == [2, 1, 3])
    #expect(file.values == [9, 8, 7, 6, 5, 4])
    #expect(IDXFile.encode(labels: smallSet(count: 3)) == [0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 2])
    #expect(
      Array(IDXFile.encode(images: smallSet(count: 258))[..<16])
        == [0, 0, 8, 3, 0, 0, 1, 2, 0, 0, 0, 2, 0, 0, 0, 3])
  }

  @Test func `written and read back plain and packed`() throws {
    let folder = try TemporaryFolder()
    let images = IDXFile.encode(images: set)
    let labels = IDXFile.encode(labels: set)
    for (name, pack) in [("plain", { $0 }), ("packed", { gzip($0) })] as [(String, ([UInt8]) -> [UInt8])] {
      let imagePath = try folder.write(pack(images), to: "\(name) images")
      let labelPath = try folder.write(pack(labels), to: "\(name) labels")
      #expect(try IDXFile.labeledImages(images: imagePath, labels: labelPath).isSame(as: set))
    }
  }

  @Test func `images with channels have four axes`() throws {
    let bytes: [UInt8] = [0, 0, 8, 4, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 3, 9, 8, 7, 6, 5, 4]
    let set = try combined(bytes, [0, 0, 8, 1, 0, 0, 0, 2, 1, 0], classCount: 2)
    #expect(set.shape == ImageShape(height: 1, width: 1, channels: 3) && set.pixels == [9, 8, 7, 6, 5, 4])
    #expect(IDXFile.encode(images: set) == bytes)
    #expect(try IDXFile.read(.images, stored: gzip(bytes), file: "f").values == [9, 8, 7, 6, 5, 4])
    for length in 0..<bytes.count {
      let error = fileError { () throws(FileError) in
        try IDXFile.parse(.images, Array(bytes[..<length]), file: "f")
      }
      #expect(error?.place == .byte(length))
    }
    let error = fileError { () throws(FileError) in try IDXFile.parse(.labels, bytes, file: "f") }
    #expect(error?.problem.contains("0x00000804") == true && error?.advice.contains("swapped") == true)
  }

  @Test func `every truncation is an error`() {
    let images = IDXFile.encode(images: set)
    for length in 0..<images.count {
      let error = fileError { () throws(FileError) in
        try IDXFile.parse(.images, Array(images[..<length]), file: "f")
      }
      #expect(error?.place == .byte(length))
    }
    let labels = IDXFile.encode(labels: set)
    for length in 0..<labels.count {
      #expect(
        fileError { () throws(FileError) in try IDXFile.parse(.labels, Array(labels[..<length]), file: "f") }
          != nil)
    }
  }

  /// The type, the rank and each size are all checked against the length, so no header byte can change unseen.
  @Test func `every change of a header byte is an error`() {
    let images = IDXFile.encode(images: set)
    let labels = IDXFile.encode(labels: set)
    for change in UInt8(1)...255 {
      for index in 0..<16 {
        var broken = images
        broken[index] ^= change
        #expect(fileError { () throws(FileError) in try IDXFile.parse(.images, broken, file: "f") } != nil)
      }
      for index in 0..<8 {
        var broken = labels
        broken[index] ^= change
        #expect(fileError { () throws(FileError) in try IDXFile.parse(.labels, broken, file: "f") } != nil)
      }
    }
  }

  @Test func `each rule has its message`() {
    let images = IDXFile.encode(images: set)
    let labels = IDXFile.encode(labels: set)
    func message(_ kind: IDXFile.Kind, _ bytes: [UInt8]) -> String? {
      fileError { () throws(FileError) in try IDXFile.parse(kind, bytes, file: "f") }?.description
    }
    #expect(
      message(.images, labels)
        == """
        f, byte 0: has magic number 0x00000801, but IDX images have 0x00000803; check that the image and \
        label files are not swapped
        """)
    #expect(message(.labels, images + [1])?.contains("swapped") == true)
    #expect(message(.labels, Array("label,".utf8))?.contains("0x6c616265") == true)
    #expect(
      message(.images, images + [0, 0])
        == "f, byte 88: has 2 bytes more than its header promises; copy or download it again")
    #expect(
      message(.images, images.dropLast(2))
        == "f, byte 86: ends after 70 of the 72 values its header promises; copy or download it again")
    #expect(message(.labels, [0, 0, 8, 1, 0, 0, 0, 0])?.contains("byte 4: the item count is 0") == true)
    let noHeight: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    #expect(message(.images, noHeight)?.contains("byte 8: the image height is 0") == true)
    // 2^32 - 1 three times is more than 64 bits hold.
    let huge: [UInt8] = [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12)
    #expect(message(.images, huge)?.contains("4294967295") == true)
    let overflowing: [UInt8] = [0, 0, 8, 3, 0, 0, 0, 1] + [UInt8](repeating: 255, count: 8)
    #expect(message(.images, overflowing)?.contains("byte 8: the header promises 1 x 4294967295") == true)
  }

  @Test func `images and labels must match`() {
    let images = IDXFile.encode(images: set)
    let fewer = IDXFile.encode(labels: smallSet(count: 11))
    #expect(
      fileError { () throws(FileError) in try combined(images, fewer) }?.problem
        == "has 12 images, but labels has 11 labels")
    var labels = IDXFile.encode(labels: set)
    labels[8 + 7] = 10
    let error = fileError { () throws(FileError) in try combined(images, labels) }
    #expect(error?.place == .byte(15))
    #expect(error?.problem == "label 7 is 10, but the classes are 0 to 9")
    #expect((try? combined(images, labels, classCount: 11))?.classNames.count == 11)
  }

  @Test func `a packed file unpacks no further than its header says`() throws {
    let folder = try TemporaryFolder()
    let bomb = IDXFile.encode(images: set) + [UInt8](repeating: 0, count: 3_000_000)
    let path = try folder.write(gzip(bomb), to: "bomb")
    let error = fileError { () throws(FileError) in try IDXFile.read(.images, at: path) }
    #expect(error?.problem == "unpacks to more than the 88 bytes that are expected")
    let rubbish = try folder.write(gzip([UInt8](repeating: 9, count: 3_000_000)), to: "rubbish")
    #expect(
      fileError { () throws(FileError) in try IDXFile.read(.images, at: rubbish) }?.problem.contains(
        "0x09090909")
        == true)
    let packed = gzip(IDXFile.encode(images: set))
    for length in 0..<packed.count {
      let cut = try folder.write(Array(packed[..<length]), to: "cut")
      #expect(fileError { () throws(FileError) in try IDXFile.read(.images, at: cut) } != nil)
    }
  }

  @Test func `random bytes never trap`() {
    var random = RandomStream(seed: 11, purpose: .testing)
    for round in 0..<20_000 {
      var bytes = (0..<Int.random(in: 0...64, using: &random)).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      // Half of them pass the first gate.
      if round % 2 == 0 { bytes = [0, 0, 8, round % 4 == 0 ? 1 : 3] + bytes.map { $0 % 4 } }
      for kind in [IDXFile.Kind.images, .labels] {
        if let file = try? IDXFile.parse(kind, bytes, file: "f") {
          #expect(file.values.count == file.dimensions.reduce(1, *))
        }
      }
    }
  }
}
