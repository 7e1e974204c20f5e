import Foundation
import OctetData
import OctetHost
import OctetNetwork
import TestSupport
import Testing

/// The binary files of CIFAR-10 and CIFAR-100: planes become pixels, and every size and label is checked.
@Suite struct CIFARFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A record whose planes are `seed`, `seed + 1` and `seed + 2`, but for the last pixel of the first row.
  private func record(_ labels: [UInt8], _ seed: UInt8) -> [UInt8] {
    labels
      + (0..<3).flatMap { channel in
        (0..<1024).map { $0 == 31 ? UInt8(100 + channel) : seed &+ UInt8(channel) }
      }
  }

  private func writeTen(under name: String = "ten") throws {
    for batch in 1...5 {
      let label = UInt8(batch)
      try folder.write(record([label], 10 * label) + record([0], 7), to: "\(name)/data_batch_\(batch).bin")
    }
    try folder.write(record([9], 200), to: "\(name)/test_batch.bin")
    let names = (0..<10).map { "class \($0)" }
    try folder.write(names.joined(separator: "\r\n") + "\r\n\r\n", to: "\(name)/batches.meta.txt")
  }

  private func read(_ name: String) throws(FileError) -> DataSet {
    try DataLocator(path: folder.path(name), environment: [:]).locate { () throws(FileError) in
      throw FileError("nothing", "found", advice: "")
    }
  }

  @Test func `CIFAR-10`() throws {
    try writeTen()
    let data = try read("ten")
    #expect(data.train.shape == ImageShape(height: 32, width: 32, channels: 3) && data.train.count == 10)
    #expect(data.train.labels == [1, 0, 2, 0, 3, 0, 4, 0, 5, 0] && data.test?.labels == [9])
    #expect(data.train.classNames[3] == "class 3")
    let second = Array(data.train.pixels[2 * 3072..<3 * 3072])
    #expect(Array(second[..<6]) == [20, 21, 22, 20, 21, 22])
    // The last pixel of the first row, and the first of the second.
    #expect(Array(second[93..<99]) == [100, 101, 102, 20, 21, 22])
    #expect(data.origin.hasPrefix("CIFAR-10, 10 training and 1 test images with 10 classes, from "))
  }

  @Test func `CIFAR-100 has fine classes`() throws {
    try folder.write(record([19, 99], 1) + record([0, 5], 2), to: "hundred/train.bin")
    try folder.write(record([19, 7], 3), to: "hundred/test.bin")
    let data = try read("hundred")
    // Without the file of names the classes are numbered.
    #expect(data.train.labels == [99, 5] && data.test?.labels == [7] && data.numbersClasses)
    #expect(Array(data.train.pixels[3072..<3075]) == [2, 3, 4] && data.train.classNames[99] == "99")
    try folder.write((0..<100).map { "c\($0)" }.joined(separator: "\n"), to: "hundred/fine_label_names.txt")
    #expect(try read("hundred").train.classNames[99] == "c99")
  }

  @Test func `each mistake has its message`() throws {
    func refusal() -> String { fileError { () throws(FileError) in try read("ten") }?.description ?? "" }
    try writeTen()
    try FileManager.default.removeItem(atPath: folder.path("ten/data_batch_3.bin"))
    #expect(refusal().contains("lacks data_batch_3.bin of CIFAR-10"))
    for bytes in [[], Array(record([1], 1).dropLast()), record([1], 1) + [0]] as [[UInt8]] {
      try folder.write(bytes, to: "ten/data_batch_3.bin")
      #expect(refusal().contains("data_batch_3.bin: has \(bytes.count) bytes, which is no whole number"))
    }
    try folder.write(record([1], 1) + record([10], 1), to: "ten/data_batch_3.bin")
    #expect(refusal().contains("data_batch_3.bin, byte 3073: label 1 is 10, but the classes are 0 to 9"))
    try writeTen()
    try folder.write("one\ntwo\n", to: "ten/batches.meta.txt")
    #expect(refusal().contains("has 2 names where 10 different ones are expected"))
  }
}
