import OctetHost
import OctetNetwork
import OctetText

/// A folder with one sub-folder of pictures for each class.
///
/// ```
/// digits/0/a.png  digits/0/b.png  digits/1/c.png ...                    one set
/// digits/train/0/a.png  digits/train/1/c.png  digits/test/0/d.png ...   two sets
/// ```
/// Classes and pictures are taken in the order of the bytes of their names, so that the same folder gives the same set
/// on every machine ("10" comes before "2"). Hidden files, and files beside the class folders, are ignored; everything
/// else inside a class folder must be a picture, all of one size. A folder counts once, even if several links lead to
/// it.
package struct ClassFolders {
  package let path: String
  private let reader: any PictureReader

  /// The most bytes of all pictures together, one or three for each pixel.
  package static let largestByteCount = 1 << 30

  package init(_ path: String, reader: any PictureReader) {
    self.path = path
    self.reader = reader
  }

  /// Whether `path` has sub-folders at all, and so could be meant.
  package static func looksRight(_ path: String) throws(FileError) -> Bool {
    try !subfolders(of: path).isEmpty
  }

  package func read() throws(FileError) -> DataSet {
    let names = try ClassFolders.subfolders(of: path)
    // A class may be called "train" (beside "bus" and "tram"); only this pair alone is a split.
    guard names == ["train"] || names == ["test", "train"] else {
      let train = try readSet(path)
      return DataSet(train: train, test: nil, origin: origin(train, nil), hasRedFirst: true)
    }
    let train = try readSet(Folder.join(path, "train"))
    guard names.contains("test") else {
      return DataSet(train: train, test: nil, origin: origin(train, nil), hasRedFirst: true)
    }
    let testPath = Folder.join(path, "test")
    let test = try readSet(testPath)
    guard train.classNames == test.classNames else {
      throw FileError(
        testPath,
        "has the classes \(listed(test.classNames)), but train has \(listed(train.classNames))",
        advice: "give both the same class folders")
    }
    if train.shape.channels != test.shape.channels {
      // Without a model one part may have no color.
      let both = (train.inColor, test.inColor)
      if both.0.shape == both.1.shape {
        return DataSet(train: both.0, test: both.1, origin: origin(both.0, both.1), hasRedFirst: true)
      }
    }
    guard train.shape == test.shape else {
      throw FileError(
        testPath, "has pictures of \(sizeText(test.shape)), but train of \(sizeText(train.shape))",
        advice: "make all pictures the same size")
    }
    return DataSet(train: train, test: test, origin: origin(train, test), hasRedFirst: true)
  }

  private func origin(_ train: LabeledItems, _ test: LabeledItems?) -> String {
    "Class folders, \(DataSet.counts(train, test)) of \(train.classNames.count) classes, from \(path)"
  }

  private func readSet(_ folder: String) throws(FileError) -> LabeledItems {
    let classes = try ClassFolders.subfolders(of: folder)
    guard !classes.isEmpty else {
      throw FileError(
        folder, "has no class folders", advice: "put the pictures of each class in a folder of its own")
    }
    guard classes.count <= ItemTargets.largestClassCount else {
      throw FileError(
        folder, "has \(classes.count) class folders, and the limit is \(ItemTargets.largestClassCount)",
        advice: "use fewer classes")
    }
    if let name = classes.first(where: { !$0.isLabel }) {
      throw FileError(
        Folder.join(folder, name),
        "has a name that cannot be a label: it has control characters or is not UTF-8",
        advice: "rename the folder")
    }
    var first: (picture: DecodedPicture, path: String)?
    var pixels: [UInt8] = []
    var channels = 1
    var labels: [UInt16] = []
    for (index, name) in classes.enumerated() {
      let classFolder = Folder.join(folder, name)
      let files = try Folder.visibleNames(in: classFolder)
      guard !files.isEmpty else {
        throw FileError(classFolder, "has no pictures", advice: "add some, or remove the folder")
      }
      for file in files {
        let path = Folder.join(classFolder, file)
        let picture = try readPicture(path)
        let model = first ?? (picture, path)
        first = model
        guard picture.width == model.picture.width, picture.height == model.picture.height else {
          throw FileError(
            path,
            """
            is \(picture.width) wide and \(picture.height) high, but \(model.path) is \
            \(model.picture.width) wide and \(model.picture.height) high
            """,
            advice: "make all pictures the same size")
        }
        // One picture in color makes all of them so.
        var found = picture.pixels
        if picture.channels != channels, !labels.isEmpty {
          if channels == 1 { pixels = Self.threefold(pixels) } else { found = Self.threefold(found) }
        }
        channels = max(channels, picture.channels)
        guard pixels.count <= ClassFolders.largestByteCount - found.count else {
          throw FileError(
            path,
            "brings the pictures to more than \(ClassFolders.largestByteCount) bytes, which is the limit",
            advice: "use fewer or smaller pictures")
        }
        pixels += found
        labels.append(UInt16(index))
      }
    }
    let shape = ImageShape(
      height: first?.picture.height ?? 0, width: first?.picture.width ?? 0, channels: channels)
    return LabeledItems(shape: shape, pixels: pixels, labels: labels, classNames: classes)
  }

  /// Gray as red, green and blue.
  fileprivate static func threefold(_ gray: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 3 * gray.count) { target, count in
      for (place, value) in gray.enumerated() {
        for channel in 0..<3 { target[3 * place + channel] = value }
      }
      count = 3 * gray.count
    }
  }

  private func readPicture(_ path: String) throws(FileError) -> DecodedPicture {
    switch try Folder.kind(of: path) {
    case .file: return try reader.read(path: path)
    case .folder:
      throw FileError(
        path, "is a folder inside a class folder", advice: "put the pictures straight into the class folder")
    case .other:
      throw FileError(path, "is a pipe, socket or device, not a picture", advice: "remove it")
    }
  }

  /// The names of the visible sub-folders, in the order of their bytes, each folder once: of several links to one, or
  /// to the folder itself, none makes the same pictures a second class.
  private static func subfolders(of folder: String) throws(FileError) -> [String] {
    let listing = try FolderListing(of: folder)
    var known: Set<FileIdentity> = [listing.identity]
    var names: [String] = []
    // A folder's own name counts before that of a link to it.
    for isLink in [false, true] {
      for index in 0..<listing.count where (listing.kind(index) == nil) == isLink {
        let path = listing.path(index)
        // A dangling link beside the class folders is as harmless as any other file there.
        guard Folder.exists(path), try Folder.kind(of: path) == .folder,
          let identity = FileIdentity(ofPath: path), known.insert(identity).inserted
        else { continue }
        names.append(listing.name(index))
      }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private func listed(_ names: [String]) -> String {
    let shown = names.prefix(12).joined(separator: ", ")
    return names.count > 12 ? "\(shown), ... (\(names.count))" : shown
  }

  private func sizeText(_ shape: ImageShape) -> String { "\(shape.width) x \(shape.height)" }
}

extension LabeledItems {
  /// Gray images as red, green and blue.
  fileprivate var inColor: LabeledItems {
    guard shape.channels == 1 else { return self }
    return LabeledItems(
      shape: ImageShape(height: shape.height, width: shape.width, channels: 3),
      values: .bytes(ClassFolders.threefold(pixels)), targets: targets)
  }
}

/// One picture, decoded.
package struct DecodedPicture: Equatable, Sendable {
  package let width: Int
  package let height: Int

  /// 1 for gray, 3 for red, green and blue.
  package let channels: Int

  /// `height x width x channels` bytes, row by row: 0 black, 255 white, as the reader was told to take them.
  package let pixels: [UInt8]

  package init(width: Int, height: Int, channels: Int = 1, pixels: [UInt8]) {
    precondition(
      width > 0 && height > 0 && (channels == 1 || channels == 3)
        && pixels.count == width * height * channels, "a byte for each channel of each pixel")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }
}

/// Decodes picture files. This module knows no picture format; the caller supplies a reader.
package protocol PictureReader: Sendable {
  /// The picture in the file at `path`; an error that names the file if it is damaged or of another format.
  func read(path: String) throws(FileError) -> DecodedPicture
}
