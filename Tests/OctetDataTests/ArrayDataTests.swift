import Foundation
import OctetData
import OctetHost
import OctetNetwork
import TestSupport
import Testing

/// Data sets in .npz and .npy files: what the arrays mean, what is refused, and archives that NumPy wrote.
@Suite struct ArrayDataTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ arrays: [String: NPYArray], deflated: Bool = false) throws(FileError) -> DataSet {
    let files = arrays.sorted { $0.key < $1.key }.map { (name: "\($0.key).npy", bytes: $0.value.file) }
    return try ArrayData.read(npz: zip(files, deflated: deflated), path: "d.npz")
  }

  private func refusal(_ arrays: [String: NPYArray]) -> String {
    fileError { () throws(FileError) in try read(arrays) }?.description ?? ""
  }

  private func array(_ shape: [Int], _ element: NPYArray.Element, _ bytes: [UInt8]) -> NPYArray {
    NPYArray(shape: shape, element: element, bytes: bytes)
  }

  private let pixels = NPYArray(
    shape: [2, 2, 1, 3], element: .uint8, bytes: [1, 2, 3, 4, 5, 6, 250, 251, 252, 253, 254, 255])

  @Test(arguments: [false, true])
  func `Keras' names make two parts`(deflated: Bool) throws {
    let data = try read(
      [
        "x_train": pixels, "y_train": array([2, 1], .int8, [2, 0]),
        "x_test": array([1, 2, 1, 3], .uint8, [9, 8, 7, 6, 5, 4]), "y_test": array([1, 1], .int8, [3]),
      ], deflated: deflated)
    #expect(data.train.shape == ImageShape(height: 2, width: 1, channels: 3) && data.axes == [2, 1, 3])
    #expect(data.train.pixels == pixels.bytes && data.train.labels == [2, 0])
    // The classes are counted over both parts.
    #expect(data.train.classNames == ["0", "1", "2", "3"])
    #expect(data.test?.pixels == [9, 8, 7, 6, 5, 4] && data.test?.labels == [3])
    #expect(
      data.origin == "NumPy arrays, 2 training and 1 test images with 4 classes, from d.npz")
  }

  @Test func `each type has its meaning`() throws {
    let integers = array([2, 3], .int8, [0x80, 0xFF, 0, 1, 2, 0x7F])
    #expect(try read(["x": integers]).train.values == .integers([-128, -1, 0, 1, 2, 127], nil))
    #expect(try read(["x": integers]).train.shape == ImageShape(flat: 3))
    let reals = NPYArray(shape: [1, 2, 2], [Float]([0.5, -1, 3e38, 0]))
    #expect(try read(["x": reals]).train.values == .floats([0.5, -1, 3e38, 0]))
    #expect(try read(["x": reals]).train.shape == ImageShape(height: 2, width: 2, channels: 1))
    #expect(
      try read(["x": NPYArray(shape: [2], [Int16(-300), 7])]).train.values == .floats([-300, 7]))
    let halves = array([1, 2], .float16, [0x00, 0x3E, 0x00, 0xC0])
    #expect(try read(["x": halves]).train.values == .floats([1.5, -2]))
    let data = try ArrayData.read(npy: pixels.file, path: "x.npy")
    #expect(data.train.targets == .none && data.train.pixels == pixels.bytes && data.test == nil)
    // Axes of one place are left out where there are more than three.
    #expect(
      try read(["x": NPYArray(shape: [1, 1, 2, 1, 2], [Float]([1, 2, 3, 4]))]).train.shape
        == ImageShape(height: 2, width: 2, channels: 1))
    for element in [NPYArray.Element.int32, .int64, .bool] {
      let bytes = [UInt8](repeating: 0, count: 2 * element.byteCount)
      #expect(refusal(["x": array([1, 2], element, bytes)]).contains("inputs or pixels; save float32"))
    }
  }

  @Test func `each form of targets has its meaning`() throws {
    let x = array([3, 1], .uint8, [1, 2, 3])
    func targets(_ y: NPYArray) throws -> ItemTargets { try read(["x": x, "y": y]).train.targets }
    let names = ["0", "1", "2"]
    #expect(try targets(NPYArray(shape: [3], [Int16(2), 0, 1])) == .classes([2, 0, 1], names: names))
    #expect(
      try targets(array([3, 3], .uint8, [0, 0, 1, 1, 0, 0, 0, 1, 0])) == .classes([2, 0, 1], names: names))
    #expect(
      try targets(NPYArray(shape: [3, 3], [Float]([0, 0, 1, 1, 0, 0, 0, 1, 0])))
        == .classes([2, 0, 1], names: names))
    #expect(
      try targets(array([3, 2], .bool, [1, 1, 0, 0, 0, 1]))
        == .labels([1, 1, 0, 0, 0, 1], names: ["0", "1"]))
    #expect(try targets(NPYArray(shape: [3], [Float]([1, 0, 1]))) == .numbers([1, 0, 1], shape: []))
    #expect(
      try targets(NPYArray(shape: [3, 2], [Float]([0, 1, 2, 0.5, 0, 1])))
        == .numbers([0, 1, 2, 0.5, 0, 1], shape: [2]))
    // As many classes as 16 bits count, less one.
    #expect(try targets(array([3], .int32, [0xFE, 0xFF, 0, 0] + [0] * 8)).names.count == 65_535)
    #expect(
      refusal(["x": x, "y": array([3], .int32, [0xFF, 0xFF, 0, 0] + [0] * 8)])
        == "d.npz (y), item 0: the class index is 65535; number the classes from 0 to 65534 at most")
    #expect(
      refusal(["x": x, "y": array([3], .int8, [0, 1, 0xFF])])
        .hasPrefix("d.npz (y), item 2: the class index is -1"))
    #expect(refusal(["x": x, "y": array([3, 2], .int8, [0, 1, 2, 0, 0, 1])]).contains("[3, 2] and int8"))
    #expect(refusal(["x": x, "y": array([2], .int8, [0, 1])]).contains("[2], but there are 3 images"))
    #expect(refusal(["x": x, "y": NPYArray(shape: [3], [Float]([1, .nan, 1]))]).contains("item 1: is nan"))
  }

  @Test func `what does not go together is refused`() throws {
    let y = array([2], .int8, [0, 1])
    #expect(refusal(["images": pixels]).contains("neither x nor x_train, but images.npy"))
    #expect(refusal(["x": pixels, "x_train": pixels]).contains("both x and x_train"))
    #expect(
      refusal(["x_train": pixels, "x_test": pixels, "y_train": y]).contains("has y_train alone"))
    #expect(
      refusal(["x_train": pixels, "x_test": array([2, 3], .uint8, [1, 2, 3, 4, 5, 6])])
        .contains("d.npz (x_test): has pixels of the shape [3], but x_train has pixels of [2, 1, 3]"))
    #expect(
      refusal(["x_train": pixels, "x_test": array([2, 2, 1, 3], .int8, pixels.bytes)]).contains(
        "has int8 integers"))
    #expect(refusal(["x": array([0, 3], .uint8, [])]).contains("[0, 3], without any item"))
    #expect(refusal(["x": array([], .uint8, [1])]).contains("without any item"))
    #expect(refusal(["x": array([1, 2, 2, 2, 2], .uint8, [0] * 16)]).contains("[2, 2, 2, 2]"))
    #expect(
      refusal(["x": NPYArray(shape: [2, 2], [Float]([1, 2, 3, .infinity]))])
        .hasPrefix("d.npz (x), item 1: number 1 is inf"))
  }

  /// Every byte of an archive changed and every length cut: an error of one line, or a data set.
  @Test(arguments: [false, true])
  func `a damaged archive is an error or data`(deflated: Bool) throws {
    let files = [
      (name: "x.npy", bytes: pixels.file), (name: "y.npy", bytes: array([2], .int8, [0, 1]).file),
    ]
    let good = zip(files, deflated: deflated)
    func tryAll(_ bytes: [UInt8]) {
      do throws(FileError) {
        let data = try ArrayData.read(npz: bytes, path: "d.npz")
        #expect(data.train.count == 2)
      } catch {
        #expect(!error.description.contains("\n"))
      }
    }
    for count in 0..<good.count { tryAll(Array(good[..<count])) }
    for place in good.indices {
      for change in [1, 0x80, 0xFF] as [UInt8] {
        var bad = good
        bad[place] ^= change
        tryAll(bad)
      }
    }
    // A change of the contents is seen by their checksum.
    let start = try #require(good.firstRange(of: deflated ? [UInt8]("y.npy".utf8) : pixels.bytes)).lowerBound
    var bad = good
    bad[start + (deflated ? 40 : 0)] ^= 4
    #expect(fileError { () throws(FileError) in try ArrayData.read(npz: bad, path: "d.npz") } != nil)
  }

  @Test func `a bomb is refused by the size that it claims`() throws {
    let zeros = array([1 << 27], .uint8, [UInt8](repeating: 0, count: 1 << 27))
    let packed = zip([(name: "x.npy", bytes: zeros.file)], deflated: true)
    #expect(packed.count < 1 << 18)
    let error = fileError { () throws(FileError) in try ArrayData.read(npz: packed, path: "d.npz") }
    #expect(error?.description.contains("unpacks to 134217856 bytes, and the limit is 67108864") == true)
  }

  @Test func `archives of NumPy are read`() throws {
    guard let python = Python("numpy") else { return }
    let script = """
      import sys, numpy as n
      x = n.arange(24).reshape(2, 3, 4)
      y = n.array([[0, 1, 1], [1, 0, 0]])
      n.savez(sys.argv[1] + "/plain.npz", x=n.asfortranarray(x.astype(">f8")) / 2, y=y)
      n.savez_compressed(sys.argv[1] + "/packed.npz", x=x.astype("f2") / 2, y=y.astype("u1"), more=y)
      """
    let result = try python.run(script, folder.path)
    try #require(result.status == 0, "\(result.output)")
    for name in ["plain.npz", "packed.npz"] {
      let data = try DataLocator(path: folder.path(name), environment: [:]).locate {
        DataSet(train: smallSet(count: 1), test: nil, origin: "")
      }
      #expect(data.train.values == .floats((0..<24).map { Float($0) / 2 }))
      #expect(data.train.targets == .labels([0, 1, 1, 1, 0, 0], names: ["0", "1", "2"]))
      #expect(data.train.shape == ImageShape(height: 3, width: 4, channels: 1))
    }
  }
}

/// A byte several times.
private func * (bytes: [UInt8], count: Int) -> [UInt8] { [UInt8](repeating: bytes[0], count: count) }
