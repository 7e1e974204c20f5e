import OctetData
import OctetHost
import OctetNetwork
import TestSupport
import Testing

@Suite struct MNISTFolderTests {
  private let train = smallSet(count: 20)
  private let test = smallSet(count: 10)

  private func contents(_ file: MNISTFile) -> [UInt8] {
    switch file {
    case .trainImages: IDXFile.encode(images: train)
    case .trainLabels: IDXFile.encode(labels: train)
    case .testImages: IDXFile.encode(images: test)
    default: IDXFile.encode(labels: test)
    }
  }

  /// Every way of spelling the names, one way per file.
  @Test(arguments: 0..<4) func `every spelling is found`(rotation: Int) throws {
    let folder = try TemporaryFolder()
    for (index, file) in MNISTFile.all.enumerated() {
      let name = file.spellings[(index + rotation) % 4]
      try folder.write(name.hasSuffix(".gz") ? gzip(contents(file)) : contents(file), to: name)
    }
    let data = try MNISTFolder(folder.path).read()
    #expect(data.train.isSame(as: train))
    #expect(data.test?.isSame(as: test) == true)
    #expect(data.origin == "MNIST, 20 training and 10 test images, from \(folder.path)")
    #expect(MNISTFile.trainImages.spellings.contains("train-images.idx3-ubyte.gz"))
  }

  @Test func `missing files are named`() throws {
    let folder = try TemporaryFolder()
    try folder.write(contents(.trainImages), to: MNISTFile.trainImages.name)
    try folder.write(contents(.testLabels), to: MNISTFile.testLabels.name)
    #expect(MNISTFolder(folder.path).missing == ["train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"])
    let error = fileError { () throws(FileError) in try MNISTFolder(folder.path).read() }
    #expect(error?.problem == "lacks train-labels-idx1-ubyte, t10k-images-idx3-ubyte (plain or .gz)")
  }

  @Test func `no folder at all`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("x", to: "file")
    for path in [folder.path + "/none", file, ""] {
      #expect(fileError { () throws(FileError) in try MNISTFolder(path).read() } != nil)
    }
  }

  @Test func `the two sets must have one shape`() throws {
    let folder = try TemporaryFolder()
    for file in MNISTFile.all { try folder.write(contents(file), to: file.name) }
    let other = LabeledItems(
      shape: ImageShape(height: 3, width: 2, channels: 1), pixels: test.pixels, labels: test.labels,
      classNames: test.classNames)
    try folder.write(IDXFile.encode(images: other), to: MNISTFile.testImages.name)
    let error = fileError { () throws(FileError) in try MNISTFolder(folder.path).read() }
    #expect(error?.problem.contains("has images of 3x2x1, but") == true)
  }

  @Test(.enabled(if: realMNIST != nil, "OCTET_MNIST is not set: the real files are not tested"))
  func `the real files`() throws {
    let folder = try #require(realMNIST)
    let data = try MNISTFolder(folder).read()
    let test = try #require(data.test)
    #expect(data.train.count == 60_000)
    #expect(test.count == 10_000)
    #expect(data.train.shape == ImageShape(height: 28, width: 28, channels: 1))
    #expect(Array(data.train.labels[..<5]) == [5, 0, 4, 1, 9])
    #expect(Array(test.labels[..<5]) == [7, 2, 1, 0, 4])
    #expect(data.train.classNames == (0..<10).map(String.init))
    #expect(data.origin == "MNIST, 60,000 training and 10,000 test images, from \(folder)")
    for file in MNISTFile.all {
      let path = try #require(file.path(in: folder))
      let bytes = try ByteFile.contents(at: path, limit: file.length)
      #expect(bytes.count == file.length)
      #expect(SHA256.hexadecimal(bytes) == file.hash)
    }
    // Written by this code, read by the hash.
    #expect(SHA256.hexadecimal(IDXFile.encode(images: test)) == MNISTFile.testImages.hash)
    #expect(SHA256.hexadecimal(IDXFile.encode(labels: data.train)) == MNISTFile.trainLabels.hash)
  }
}
