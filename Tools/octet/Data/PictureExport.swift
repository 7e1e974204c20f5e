import OctetCommandLine
import OctetData
import OctetHost
import OctetImages
import OctetNetwork

/// Writes images as PNG files into a folder that appears when all of them are there, or not at all.
///
/// They go to a temporary folder beside it, which then gets its name. Nothing that exists is written over.
struct PictureExport {
  let images: LabeledItems
  let folder: String
  /// Each class gets a folder of its own.
  let hasClassFolders: Bool

  init(images: LabeledItems, folder: String, hasClassFolders: Bool) throws(FileError) {
    guard images.values.areBytes, images.shape.channels == 1 || images.shape.channels == 3 else {
      throw FileError(
        "the data",
        "has \(images.values.words) of \(images.shape.channels) channels, and pictures have one or three of pixels",
        advice: "export images")
    }
    guard images.hasClasses || !hasClassFolders else {
      throw FileError(
        "--folders", "makes a folder for each class, and the data has \(images.targets.description)",
        advice: "leave it out")
    }
    for name in images.classNames
    where name.isEmpty || name.hasPrefix(".") || name.utf8.contains(where: Self.isUnfit) {
      throw FileError(
        "class \"\(name)\"", "cannot be a part of a file name",
        advice: "give the class another name in the data")
    }
    self.images = images
    self.folder = folder
    self.hasClassFolders = hasClassFolders
  }

  private static func isUnfit(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "/")
  }

  /// The path of an image within the folder: `00042-label-7.png`, or `7/00042-label-7.png`; without classes
  /// `00042.png`.
  func name(_ index: Int) -> String {
    let digits = String(index)
    let number = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    guard images.hasClasses else { return "\(number).png" }
    let label = images.classNames[Int(images.labels[index])]
    let file = "\(number)-label-\(label).png"
    return hasClassFolders ? "\(label)/\(file)" : file
  }

  /// - Parameter progress: called after each file with the files written so far.
  func run(progress: (Int) -> Void) throws {
    try requireFree()
    try AtomicFolder.write(path: folder) { target in
      if hasClassFolders {
        for label in Set(images.labels).sorted() { try target.addFolder(images.classNames[Int(label)]) }
      }
      let size = images.shape.count
      for index in 0..<images.count {
        let file = PNGWriter.encode(
          width: images.shape.width, height: images.shape.height, channels: images.shape.channels,
          pixels: images.pixels.span.extracting(index * size..<(index + 1) * size))
        try target.addFile(name(index), file)
        progress(index + 1)
      }
    }
  }

  /// A folder that has anything in it is left alone.
  private func requireFree() throws(FileError) {
    guard !folder.isEmpty, !folder.utf8.contains(0) else {
      throw FileError("--out", "is empty or holds a zero byte", advice: "give the path of a folder")
    }
    guard !Folder.isLink(folder) else {
      throw FileError(
        folder, "is a symbolic link, which output never follows",
        advice: "name the folder that it leads to, or remove the link")
    }
    guard Folder.exists(folder) else { return }
    guard try Folder.kind(of: folder) == .folder else {
      throw FileError(folder, "is there already, and is not a folder", advice: "use another --out")
    }
    guard let names = Folder.allNames(in: folder), names.isEmpty else {
      throw FileError(
        folder, "is there already, and is not empty", advice: "use another --out, or remove it first")
    }
  }
}
