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
