import OctetHost
import OctetNetwork
import OctetText

/// A folder with the binary files of CIFAR-10 or CIFAR-100, under the names that they are distributed with.
///
/// ```
/// data_batch_1.bin ... data_batch_5.bin  test_batch.bin  batches.meta.txt         CIFAR-10
/// train.bin  test.bin  fine_label_names.txt                                       CIFAR-100
///
/// 0   label                     CIFAR-100: the coarse label, then the fine one, which is taken
/// 1   1,024 bytes of red        32 rows from the top
/// ..  1,024 of green, 1,024 of blue; then the next record
/// ```
/// The names of the classes may be missing; the classes are then only numbered.
package struct CIFARFolder {
  private struct Variety {
    let name: String
    let train: [String]
    let test: String
    let names: String
    let classCount: Int
    /// Bytes before the pixels; the last of them is the class.
    let labelBytes: Int

    var recordBytes: Int { labelBytes + CIFARFolder.shape.count }
    var files: [String] { train + [test] }
  }

  private static let varieties = [
    Variety(
      name: "CIFAR-10", train: (1...5).map { "data_batch_\($0).bin" }, test: "test_batch.bin",
      names: "batches.meta.txt", classCount: 10, labelBytes: 1),
    Variety(
      name: "CIFAR-100", train: ["train.bin"], test: "test.bin", names: "fine_label_names.txt",
      classCount: 100, labelBytes: 2),
  ]

  private static let shape = ImageShape(height: 32, width: 32, channels: 3)

  private let path: String
  private let variety: Variety

  /// Nil for a folder without any file of these names.
  package init?(_ path: String) {
    let found = Self.varieties.first { variety in
      variety.files.contains { Folder.exists(Folder.join(path, $0)) }
    }
    guard let found else { return nil }
    self.path = path
    variety = found
  }

  package func read() throws(FileError) -> DataSet {
    let missing = variety.files.filter { !Folder.exists(Folder.join(path, $0)) }
    guard missing.isEmpty else {
      throw FileError(
        path, "lacks \(missing.joined(separator: ", ")) of \(variety.name)",
        advice: "unpack the whole archive of the binary version")
    }
    let names = try classNames()
    let train = try read(variety.train, names ?? numbers)
    let test = try read([variety.test], names ?? numbers)
    return DataSet(
      train: train, test: test,
      origin:
        "\(variety.name), \(DataSet.counts(train, test)) with \(train.targets.description), from \(path)",
      numbersClasses: names == nil, hasRedFirst: true)
  }

  private var numbers: [String] { (0..<variety.classCount).map(String.init) }

  /// A name a line; nil where the file is missing.
  private func classNames() throws(FileError) -> [String]? {
    let path = Folder.join(path, variety.names)
    guard Folder.exists(path) else { return nil }
    let text = String(decoding: try ByteFile.contents(at: path, limit: 1 << 16), as: UTF8.self)
    let names = text.split(whereSeparator: \.isNewline).map { line in
      String(line.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }.filter { !$0.isEmpty }
    guard names.count == variety.classCount, Set(names).count == names.count, names.allSatisfy(\.isLabel)
    else {
      throw FileError(
        path, "has \(names.count) names where \(variety.classCount) different ones are expected, one a line",
        advice: "copy it again, or remove it to number the classes")
    }
    return names
  }

  private func read(_ files: [String], _ names: [String]) throws(FileError) -> LabeledItems {
    var pixels: [UInt8] = []
    var labels: [UInt16] = []
    for file in files {
      let file = Folder.join(path, file)
      let bytes = try ByteFile.contents(at: file)
      let (count, rest) = bytes.count.quotientAndRemainder(dividingBy: variety.recordBytes)
      guard count > 0, rest == 0 else {
        throw FileError(
          file, "has \(bytes.count) bytes, which is no whole number of records of \(variety.recordBytes)",
          advice: "unpack the archive of \(variety.name)'s binary version again")
      }
      for record in 0..<count {
        let place = record * variety.recordBytes + variety.labelBytes - 1
        guard Int(bytes[place]) < variety.classCount else {
          throw FileError(
            file, at: .byte(place),
            "label \(record) is \(bytes[place]), but the classes are 0 to \(variety.classCount - 1)",
            advice: "check that this is \(variety.name)'s own file")
        }
        labels.append(UInt16(bytes[place]))
      }
      pixels += interleaved(bytes, count: count)
    }
    return LabeledItems(shape: Self.shape, pixels: pixels, labels: labels, classNames: names)
  }

  /// The pixels of whole records with the channels of each together.
  private func interleaved(_ bytes: [UInt8], count: Int) -> [UInt8] {
    let area = Self.shape.height * Self.shape.width
    let size = Self.shape.count
    return [UInt8](unsafeUninitializedCapacity: count * size) { target, made in
      bytes.withUnsafeBufferPointer { bytes in
        for record in 0..<count {
          let (source, start) = (record * variety.recordBytes + variety.labelBytes, record * size)
          for place in 0..<area {
            for channel in 0..<3 {
              target[start + 3 * place + channel] = bytes[source + channel * area + place]
            }
          }
        }
      }
      made = count * size
    }
  }
}
