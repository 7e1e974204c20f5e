import Foundation
import OctetData
import OctetHost
import OctetNetwork
import OctetText
import TestSupport
import Testing

@Suite struct DataLocatorTests {
  private let train = smallSet(count: 20)
  private let test = smallSet(count: 10)

  private func writeMNIST(_ folder: TemporaryFolder, under name: String, dropping last: Int = 0) throws {
    let contents = [
      IDXFile.encode(images: train), IDXFile.encode(labels: train), IDXFile.encode(images: test),
      IDXFile.encode(labels: test),
    ]
    for (file, bytes) in zip(MNISTFile.all, contents).dropLast(last) {
      try folder.write(gzip(bytes), to: "\(name)/\(file.name).gz")
    }
  }

  private func locate(
    _ path: String?, _ environment: [String: String] = [:], reader: (any PictureReader)? = nil
  ) throws(FileError) -> DataSet {
    let set = smallSet(count: 10)
    return try DataLocator(path: path, environment: environment, pictureReader: reader).locate {
      DataSet(train: set, test: nil, origin: "synthetic digits")
    }
  }

  @Test func `places are tried in their order`() throws {
    let folder = try TemporaryFolder()
    let variable = ["OCTET_MNIST": folder.path + "/variable", "XDG_CACHE_HOME": folder.path + "/cache"]
    try writeMNIST(folder, under: "named")
    try writeMNIST(folder, under: "variable")
    try writeMNIST(folder, under: "cache/octet/mnist")
    try writeMNIST(folder, under: "home/.cache/octet/mnist")
    let counts = "MNIST, 20 training and 10 test images, from"
    #expect(try locate(folder.path + "/named", variable).origin == "\(counts) \(folder.path)/named")
    #expect(try locate(nil, variable).origin == "\(counts) OCTET_MNIST (\(folder.path)/variable)")
    for empty in [nil, ""] {
      var environment = variable
      environment["OCTET_MNIST"] = empty
      #expect(try locate(nil, environment).origin == "\(counts) the cache (\(folder.path)/cache/octet/mnist)")
    }
    let home = "\(counts) the cache (\(folder.path)/home/.cache/octet/mnist)"
    #expect(try locate(nil, ["HOME": folder.path + "/home"]).origin == home)
    #expect(try locate(nil, ["HOME": folder.path + "/home", "XDG_CACHE_HOME": "relative"]).origin == home)
    #expect(try locate(nil, ["HOME": folder.path]).origin == "synthetic digits")
    #expect(try locate(nil).origin == "synthetic digits")
  }

  @Test func `a wrong path is an error even if the next place is good`() throws {
    let folder = try TemporaryFolder()
    try writeMNIST(folder, under: "good")
    try writeMNIST(folder, under: "part", dropping: 1)
    let good = ["OCTET_MNIST": folder.path + "/good"]
    for path in ["/none", "/part", ""] {
      #expect(
        fileError { () throws(FileError) in try locate(path.isEmpty ? "" : folder.path + path, good) } != nil)
    }
    let environment = ["OCTET_MNIST": folder.path + "/part", "XDG_CACHE_HOME": folder.path]
    let error = fileError { () throws(FileError) in try locate(nil, environment) }
    #expect(error?.problem == "lacks t10k-labels-idx1-ubyte (plain or .gz)")
    #expect(fileError { () throws(FileError) in try locate(nil, ["OCTET_MNIST": "/none/at/all"]) } != nil)
  }

  @Test func `a cache that is not complete is mentioned`() throws {
    let folder = try TemporaryFolder()
    try writeMNIST(folder, under: "octet/mnist", dropping: 2)
    let data = try locate(nil, ["XDG_CACHE_HOME": folder.path])
    #expect(
      data.origin
        == """
        synthetic digits (\(folder.path)/octet/mnist was skipped: it lacks t10k-images-idx3-ubyte, \
        t10k-labels-idx1-ubyte; run: octet data fetch mnist)
        """)
  }

  @Test func `the kind is detected from what is there`() throws {
    let folder = try TemporaryFolder()
    let table = CSVTable.encode(smallSet(count: 10).keepingFirstPixels(4), header: true)
    #expect(
      try locate(folder.write(table, to: "odd name")).origin
        == "CSV table, 10 images of 10 classes, from \(folder.path)/odd name")
    #expect(try locate(folder.write(gzip(table), to: "t.csv.gz")).train.count == 10)
    let picture = Array("P5\n1 1\n255\n".utf8) + [7]
    try folder.write(picture, to: "pictures/a/1.pgm")
    let pictures = folder.path + "/pictures"
    #expect(try locate(pictures, reader: GrayMapReader()).train.pixels == [248])
    #expect(
      fileError { () throws(FileError) in try locate(pictures) }?.problem
        == "is a folder of class folders, and this program cannot read pictures")
    let idx = try folder.write(IDXFile.encode(images: train), to: "idx")
    #expect(fileError { () throws(FileError) in try locate(idx) }?.problem == "looks like one IDX file")
    let png = try folder.write([0x89, 0x50, 0x4E, 0x47, 0x0D], to: "png")
    #expect(fileError { () throws(FileError) in try locate(png) }?.problem == "is a PNG picture")
    try folder.write("x", to: "flat/file")
    let flat = fileError { () throws(FileError) in try locate(folder.path + "/flat") }
    #expect(flat?.problem == "holds neither MNIST files nor CIFAR files nor class folders")
    mkfifo(folder.path + "/pipe", 0o600)
    #expect(fileError { () throws(FileError) in try locate(folder.path + "/pipe") } != nil)
  }
}

extension LabeledItems {
  /// Square images of the first pixels of each.
  fileprivate func keepingFirstPixels(_ kept: Int) -> LabeledItems {
    LabeledItems(
      shape: ImageShape(height: 2, width: kept / 2, channels: 1),
      pixels: (0..<count).flatMap { pixels[$0 * shape.count..<$0 * shape.count + kept] }, labels: labels,
      classNames: classNames)
  }
}
