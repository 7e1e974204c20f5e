import OctetHost
import OctetNetwork

/// Decides where the data comes from, and reads it.
///
/// The places, in order: what the user names (`--data`), the folder in the environment variable `OCTET_MNIST`, the
/// user's cache folder, and digits made on the spot. A place that the user named and that is wrong is an error: to
/// train on something else without a word would be worse. The cache was not named by the user, so one that is not
/// complete is skipped, and the origin line says so.
package struct DataLocator {
  /// What `--data` names: a folder of IDX files, a folder of class folders, a CSV file (plain or gzip), or arrays.
  package var path: String?

  /// The environment of the process.
  package var environment: [String: String]

  /// Reads the pictures in class folders; without one such folders are refused.
  package var pictureReader: (any PictureReader)?

  package static let variable = "OCTET_MNIST"

  package init(path: String?, environment: [String: String], pictureReader: (any PictureReader)? = nil) {
    self.path = path
    self.environment = environment
    self.pictureReader = pictureReader
  }

  /// The data from the first place that has some; `synthetic` makes digits if none has.
  package func locate(synthetic: () throws(FileError) -> DataSet) throws(FileError) -> DataSet {
    if let path { return try read(path) }
    if let folder = environment[DataLocator.variable], !folder.isEmpty {
      return try MNISTFolder(folder).read(origin: "\(DataLocator.variable) (\(folder))")
    }
    guard let cache = DataLocator.cacheFolder(environment) else { return try synthetic() }
    let folder = MNISTFolder(cache)
    if folder.isComplete { return try folder.read(origin: "the cache (\(cache))") }
    let digits = try synthetic()
    if folder.isEmpty { return digits }
    let missing = folder.missing.joined(separator: ", ")
    return digits.noting("\(cache) was skipped: it lacks \(missing); run: octet data fetch mnist")
  }

  /// Where fetched MNIST files are kept: `octet/mnist` in the user's cache folder. Nil without a home folder.
  package static func cacheFolder(_ environment: [String: String]) -> String? {
    // The XDG rules say that a path that is not absolute is to be ignored.
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
      return Folder.join(cache, "octet/mnist")
    }
    guard let home = environment["HOME"], !home.isEmpty else { return nil }
    return Folder.join(home, ".cache/octet/mnist")
  }

  /// Reads what the user named, told by what is in it.
  private func read(_ path: String) throws(FileError) -> DataSet {
    switch try Folder.kind(of: path) {
    case .folder: return try readFolder(path)
    case .file: return try readFile(path)
    case .other:
      throw FileError(
        path, "is a pipe, socket or device, not a file", advice: "save the data to a file and give that")
    }
  }

  private func readFolder(_ path: String) throws(FileError) -> DataSet {
    let mnist = MNISTFolder(path)
    if !mnist.isEmpty { return try mnist.read() }
    if let cifar = CIFARFolder(path) { return try cifar.read() }
    guard try ClassFolders.looksRight(path) else {
      throw FileError(
        path, "holds neither MNIST files nor CIFAR files nor class folders",
        advice: "give a folder with train-images-idx3-ubyte and its three companions, or one folder per class"
      )
    }
    guard let pictureReader else {
      throw FileError(
        path, "is a folder of class folders, and this program cannot read pictures",
        advice: "give IDX files or a CSV table")
    }
    return try ClassFolders(path, reader: pictureReader).read()
  }

  private func readFile(_ path: String) throws(FileError) -> DataSet {
    let stream = try ByteStream(at: path)
    let bytes = try stream.peek()
    // A damaged array is not taken for a table.
    let name = path.lowercased()
    if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) || name.hasSuffix(".npy") {
      return try ArrayData.read(npy: ByteFile.stored(at: path), path: path)
    }
    if bytes.starts(with: Array("PK".utf8)) || name.hasSuffix(".npz") {
      return try ArrayData.read(npz: ByteFile.stored(at: path), path: path)
    }
    // No text begins so; a table that is no table would only be reported as having one column.
    if bytes.starts(with: [0, 0]) {
      throw FileError(
        path, "looks like one IDX file", advice: "give the folder that holds it and its three companions")
    }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      throw FileError(
        path, "is a PNG picture", advice: "give a folder with one sub-folder of pictures per class")
    }
    let train = try CSVTable.parse(stream)
    let origin = "CSV table, \(train.counted) of \(train.targets.description), from \(path)"
    if train.values.areBytes { return DataSet(train: train, test: nil, origin: origin) }
    // A row of numbers may stand for the input of any model with as many.
    return DataSet(
      train: train, test: nil,
      origin: "\(origin) (its numbers are features, as not all are whole numbers from 0 to 255)",
      axes: [train.shape.count])
  }
}
