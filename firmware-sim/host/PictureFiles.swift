import Octet
import OctetData
import OctetHost
import OctetImages

/// PNG files for a firmware: those in a folder and in the folders within, or a single one. They are read as
/// `octet classify` reads them, and what cannot be read does not stop the others.
struct PictureFiles {
  private(set) var pixels: [[UInt8]] = []
  /// The true class of each; nil if unknown, or if the model does not have that class.
  private(set) var labels: [Int?] = []
  /// Why files, or folders, could not be taken, a line each.
  private(set) var refused: [String] = []

  private let path: String
  private let classes: [String]
  private let rule: LabelChoice

  /// Nil if `path` is meant for something else: a table, an array, or a folder of IDX or CIFAR files.
  ///
  /// - Parameter count: files to take, spread evenly over all; nil for all.
  init?(_ path: String, model: Model, count: Int?, labels rule: LabelChoice) throws {
    self.path = path
    self.rule = rule
    classes = model.labels
    let isFolder = try Folder.kind(of: path) == .folder
    let isDataSet = isFolder && (!MNISTFolder(path).isEmpty || CIFARFolder(path) != nil)
    guard isFolder ? !isDataSet : path.lowercased().hasSuffix(".png") else { return nil }
    var files = isFolder ? list() : [path]
    guard !files.isEmpty || !refused.isEmpty else {
      throw FileError(
        path, "holds neither .png files nor MNIST's or CIFAR's",
        advice: "give a folder of pictures, or one with train-images-idx3-ubyte and its three companions")
    }
    if let count, count < files.count {
      let all = files
      files = (0..<count).map { all[$0 * all.count / count] }
    }
    guard model.inputKind == .pictures else {
      throw FirmwareError(
        "the model takes features, which \(path) has none of: give a NumPy file with --data")
    }
    guard let fitting = PictureFitting(model) else {
      throw FirmwareError(
        """
        the model takes images of \(model.imageWidth) x \(model.imageHeight) pixels and \
        \(model.imageChannels) channels, which pictures cannot be fitted to
        """)
    }
    read(files, PictureFitter(fitting))
    guard !pixels.isEmpty else {
      throw FirmwareError("none of the \(files.count) pictures in \(path) can be used: \(refused[0])")
    }
  }

  private mutating func list() -> [String] {
    var files: [String] = []
    var walk = PictureFolderWalk()
    var item = walk.enter(path) ?? walk.next()
    while let found = item {
      switch found {
      case .file(let file): files.append(file)
      case .failure(let folder, let reason): refused.append("\(folder): \(reason)")
      }
      item = walk.next()
    }
    return files
  }

  private mutating func read(_ files: [String], _ fitter: consuming PictureFitter) {
    for file in files {
      do throws(PictureError) {
        pixels.append(try fitter.fit(path: file).pixels)
        labels.append(label(of: file).flatMap(classes.firstIndex(of:)))
      } catch .size(let path, let width, let height, let neededWidth, let neededHeight) {
        refused.append(
          """
          \(path): is \(width) x \(height) pixels, and the model needs \(neededWidth) x \(neededHeight); scale it, \
          or make the model with octet quantize --fit stretch, crop or pad
          """)
      } catch {
        refused.append("\(error)")
      }
    }
  }

  /// What the file's name or its folder says, as the user chose, or else where it says so clearly.
  private func label(of file: String) -> String? {
    switch rule {
    case .none: return nil
    case .names: return LabelRule.names.label(of: file)
    case .folders: return LabelRule.folders.label(of: file)
    case .auto:
      let folder = LabelRule.folders.label(of: file)
      let isWithin = file.dropFirst(path.count).split(separator: "/").count > 1
      if isWithin, classes.contains(folder) { return folder }
      // 7.png among others may be the seventh as well as a seven.
      let name = LabelRule.names.label(of: file)
      return Folder.name(of: file).dropLast(4) == name ? nil : name
    }
  }
}

/// Where the true classes of PNG files are written.
enum LabelChoice: String, CaseIterable {
  /// The name of a folder within the named one if it is that of a class, or else `label-7` or `7-` or `7_` in the
  /// file's name.
  case auto
  /// As in `octet classify --labels`.
  case names, folders
  /// Nowhere.
  case none
}
