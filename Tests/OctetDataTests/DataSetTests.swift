import OctetData
import OctetHost
import OctetNetwork
import TestSupport
import Testing

@Suite struct DataSetTests {
  /// Classes a, b, c, d; each image is one pixel that says which it is.
  private func set(_ labels: [UInt8]) -> LabeledItems {
    LabeledItems(
      shape: ImageShape(flat: 1), pixels: labels.indices.map { UInt8($0) }, labels: labels,
      classNames: ["a", "b", "c", "d"])
  }

  private var data: DataSet {
    DataSet(train: set([3, 0, 2, 0, 1, 3]), test: set([0, 0, 3, 2]), origin: "made up")
  }

  @Test func `keeps classes in the order given`() throws {
    let kept = try data.keeping(classes: ["d", "a"])
    #expect(kept.train.classNames == ["d", "a"])
    #expect(kept.train.labels == [0, 1, 1, 0])
    #expect(kept.train.pixels == [0, 1, 3, 5])
    #expect(kept.test?.labels == [1, 1, 0])
    #expect(kept.test?.pixels == [0, 1, 2])
    #expect(kept.origin == "made up; kept 4 training and 3 test images of d, a")
    #expect(try kept.keeping(classes: ["a"]).train.pixels == [1, 3])
  }

  @Test func `keeping all changes nothing`() throws {
    let whole = DataSet(train: set([3, 0, 2, 0, 1, 3]), test: nil, origin: "made up")
    #expect(try whole.keeping(classes: ["a", "b", "c", "d"]).train.isSame(as: whole.train))
  }

  @Test func `wrong classes are errors`() {
    func message(_ classes: [String]) -> String? {
      fileError { () throws(FileError) in try data.keeping(classes: classes) }?.description
    }
    #expect(
      message(["a", "x"]) == "class filter: \"x\" is not a class of the data; choose some of a, b, c, d")
    #expect(message([])?.contains("names no class") == true)
    #expect(message(["a", "a"])?.contains("names \"a\" twice") == true)
    #expect(message(["b"])?.contains("class \"b\" has no test images") == true)
    let noB = DataSet(train: set([0, 2]), test: nil, origin: "")
    #expect(
      fileError { () throws(FileError) in try noB.keeping(classes: ["a", "b"]) }?.problem
        == "class \"b\" has no training images")
  }

  @Test func `counts have commas`() {
    #expect(DataSet.counts(set([0]), nil) == "1 image")
    let many = set([UInt8](repeating: 1, count: 250)).selecting((0..<1_234_567).map { $0 % 250 })
    #expect(DataSet.counts(many, many.prefix(1000)) == "1,234,567 training and 1,000 test images")
    #expect(DataSet.counts(many.prefix(999), nil) == "999 images")
  }

  @Test func `prefixes`() {
    let four = set([0, 1, 2, 3])
    #expect(four.prefix(2).isSame(as: set([0, 1])))
    #expect(four.prefix(9).isSame(as: four))
    #expect(four.prefix(0).isEmpty)
    #expect(four.prefix(-1).isEmpty)
  }

  /// The sizes that Python computes with floor(count * (1 - fraction)) in double precision.
  @Test(arguments: [
    (60_000, 0.1, 54_000), (60_000, 0.2, 48_000), (12_665, 0.15, 10_765), (10, 0.25, 7), (10, 0.1, 9),
    (2, 0.5, 1),
    (10, 0.9, 0), (100, 0.3, 70), (1000, 0.7, 300), (7, 0.99, 0),
  ])
  func `splits as Keras does`(count: Int, fraction: Double, cut: Int) throws {
    let whole = set([0]).selecting(repeatElement(0, count: count))
    guard cut > 0 else {
      #expect(fileError { () throws(FileError) in try whole.splitLast(fraction: fraction) } != nil)
      return
    }
    let (rest, last) = try whole.splitLast(fraction: fraction)
    #expect(rest.count == cut)
    #expect(last.count == count - cut)
  }

  @Test func `the last images are the ones cut off`() throws {
    let (rest, last) = try set([0, 1, 2, 3]).splitLast(fraction: 0.25)
    #expect(rest.pixels == [0, 1, 2])
    #expect(last.pixels == [3])
    #expect(last.labels == [3])
  }

  @Test(arguments: [0, 1, -0.5, 1.5, .nan, .infinity]) func `bad fractions`(fraction: Double) {
    #expect(fileError { () throws(FileError) in try set([0, 1]).splitLast(fraction: fraction) } != nil)
  }
}
