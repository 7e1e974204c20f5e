import OctetHost

/// A folder with the four files of MNIST, or of another set that uses the same names (Fashion-MNIST, KMNIST).
package struct MNISTFolder: Sendable {
  package let path: String

  /// Where each file is, in the order of `MNISTFile.all`; nil for one that is missing.
  private let found: [String?]

  /// Looks which files are there. A folder that does not exist has none.
  package init(_ path: String) {
    self.path = path
    found = MNISTFile.all.map { $0.path(in: path) }
  }

  /// The plain names of the files that are not there.
  package var missing: [String] {
    zip(MNISTFile.all, found).filter { $0.1 == nil }.map(\.0.name)
  }

  package var isEmpty: Bool { found.allSatisfy { $0 == nil } }

  package var isComplete: Bool { missing.isEmpty }

  /// Reads both sets; `origin` says in words where the folder came from.
  package func read(origin: String? = nil) throws(FileError) -> DataSet {
    guard try Folder.kind(of: path) == .folder else {
      throw FileError(path, "is not a folder", advice: "give the folder that holds the four MNIST files")
    }
    guard let trainImages = found[0], let trainLabels = found[1],
      let testImages = found[2], let testLabels = found[3]
    else {
      throw FileError(
        path, "lacks \(missing.joined(separator: ", ")) (plain or .gz)",
        advice: "add them, or fetch all four with: octet data fetch mnist")
    }
    let train = try IDXFile.labeledImages(images: trainImages, labels: trainLabels)
    let test = try IDXFile.labeledImages(images: testImages, labels: testLabels)
    guard train.shape == test.shape else {
      throw FileError(
        testImages, "has images of \(test.shape), but \(trainImages) of \(train.shape)",
        advice: "give the four files of one set")
    }
    let counts = DataSet.counts(train, test)
    return DataSet(train: train, test: test, origin: "MNIST, \(counts), from \(origin ?? path)")
  }
}

/// One of the four files of MNIST: what it is called, and what must be in it.
package struct MNISTFile: Equatable, Sendable {
  /// The original name, without `.gz`.
  package let name: String

  /// Bytes in the file, unpacked.
  package let length: Int

  /// The SHA-256 of the file, unpacked: the packing may differ from mirror to mirror.
  package let hash: String

  package init(name: String, length: Int, hash: String) {
    self.name = name
    self.length = length
    self.hash = hash
  }

  package static let trainImages = MNISTFile(
    name: "train-images-idx3-ubyte", length: 47_040_016,
    hash: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db")
  package static let trainLabels = MNISTFile(
    name: "train-labels-idx1-ubyte", length: 60_008,
    hash: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")
  package static let testImages = MNISTFile(
    name: "t10k-images-idx3-ubyte", length: 7_840_016,
    hash: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7")
  package static let testLabels = MNISTFile(
    name: "t10k-labels-idx1-ubyte", length: 10_008,
    hash: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")

  package static let all = [trainImages, trainLabels, testImages, testLabels]

  /// The names under which the file is found in the wild, in the order of preference.
  package var spellings: [String] {
    var names = [name]
    // Images with channels have four axes.
    if let stem = name.hasSuffix("-idx3-ubyte") ? name.dropLast("-idx3-ubyte".count) : nil {
      names.append("\(stem)-idx4-ubyte")
    }
    // Some archives unpack to `train-images.idx3-ubyte`.
    if let kind = [("-idx3-ubyte", ".idx3-ubyte"), ("-idx1-ubyte", ".idx1-ubyte")].first(where: {
      name.hasSuffix($0.0)
    }) {
      names.append(name.dropLast(kind.0.count) + kind.1)
    }
    return names.flatMap { [$0, $0 + ".gz"] }
  }

  /// Where the file is in `folder`, if it is there.
  package func path(in folder: String) -> String? {
    spellings.map { Folder.join(folder, $0) }.first(where: Folder.exists)
  }
}
