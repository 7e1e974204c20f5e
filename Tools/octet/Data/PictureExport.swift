import OctetCommandLine
import OctetHost
import OctetImages
import OctetInterchange
import OctetText
import OctetTraining

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes images as PNG files into a folder that appears when all of them are there, or not at all.
///
/// They go to a temporary folder beside it, which then gets its name. Nothing that exists is written over.
struct PictureExport {
  let images: LabeledImages
  let folder: String
  /// Each class gets a folder of its own.
  let hasClassFolders: Bool

  init(images: LabeledImages, folder: String, hasClassFolders: Bool) throws(DataError) {
    guard images.shape.channels == 1 else {
      throw DataError(
        "the data", "has images of \(images.shape.channels) channels", advice: "export gray images")
    }
    for name in images.classNames
    where name.isEmpty || name.hasPrefix(".") || name.utf8.contains(where: Self.isUnfit) {
      throw DataError(
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

  /// The path of an image within the folder: `00042-label-7.png`, or `7/00042-label-7.png`.
  func name(_ index: Int) -> String {
    let digits = String(index)
    let number = String(repeating: "0", count: max(0, 5 - digits.count)) + digits
    let label = images.classNames[Int(images.labels[index])]
    let file = "\(number)-label-\(label).png"
    return hasClassFolders ? "\(label)/\(file)" : file
  }

  /// - Parameter progress: called after each file with the files written so far.
  func run(progress: (Int) -> Void) throws {
    try requireFree()
    let target = realPath(folder) ?? folder
    let parts = target.split(separator: "/", omittingEmptySubsequences: true)
    let parent = (target.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/")
    try Folder.create(parent.isEmpty ? "." : parent)
    let stem = ".\(parts.last ?? "export")."
    removeRemains(in: parent.isEmpty ? "." : parent, stem: stem)
    let temporary = Folder.join(parent.isEmpty ? "." : parent, "\(stem)\(getpid()).tmp")
    guard temporary.withFileName({ mkdir($0, 0o777) }) == 0 else {
      throw FileError(.write, folder, code: errno)
    }
    let descriptor = temporary.withFileName { open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { close(descriptor) }
    // Locked for as long as it is being filled: nobody takes it for the remains of a dead process.
    flock(descriptor, LOCK_EX | LOCK_NB)
    do {
      try writeFiles(in: temporary, progress: progress)
      // One flush for all files, before the folder gets its name.
      sync()
      let renamed = temporary.withFileName { old in target.withFileName { rename(old, $0) } }
      guard renamed == 0 else { throw FileError(.write, folder, code: errno) }
    } catch {
      Folder.removeTree(temporary)
      throw error
    }
  }

  /// A folder that has anything in it is left alone.
  private func requireFree() throws(DataError) {
    guard !folder.isEmpty, !folder.utf8.contains(0) else {
      throw DataError("--out", "is empty or holds a zero byte", advice: "give the path of a folder")
    }
    guard !Folder.isLink(folder) else {
      throw DataError(
        folder, "is a symbolic link, which output never follows",
        advice: "name the folder that it leads to, or remove the link")
    }
    guard Folder.exists(folder) else { return }
    guard try Folder.kind(of: folder) == .folder else {
      throw DataError(folder, "is there already, and is not a folder", advice: "use another --out")
    }
    guard let names = Folder.allNames(in: folder), names.isEmpty else {
      throw DataError(
        folder, "is there already, and is not empty", advice: "use another --out, or remove it first")
    }
  }

  /// Removes what an export to the same folder left behind when it was killed.
  private func removeRemains(in parent: String, stem: String) {
    for name in Folder.allNames(in: parent) ?? [] where name.hasPrefix(stem) && name.hasSuffix(".tmp") {
      guard name.count > stem.count + 4, name.dropFirst(stem.count).dropLast(4).allSatisfy(\.isNumber) else {
        continue
      }
      let path = Folder.join(parent, name)
      let descriptor = path.withFileName { open($0, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { Folder.removeTree(path) }
    }
  }

  private func writeFiles(in temporary: String, progress: (Int) -> Void) throws {
    if hasClassFolders {
      for label in Set(images.labels).sorted() {
        let path = Folder.join(temporary, images.classNames[Int(label)])
        guard path.withFileName({ mkdir($0, 0o777) }) == 0 else { throw FileError(.write, path, code: errno) }
      }
    }
    let size = images.shape.count
    for index in 0..<images.count {
      let file = PNGWriter.encode(
        width: images.shape.width, height: images.shape.height,
        pixels: images.pixels.span.extracting(index * size..<(index + 1) * size))
      try writeFile(file, to: Folder.join(temporary, name(index)), shownAs: Folder.join(folder, name(index)))
      progress(index + 1)
    }
  }

  private func writeFile(_ bytes: [UInt8], to path: String, shownAs shown: String) throws(FileError) {
    let descriptor = path.withFileName { open($0, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw FileError(.write, shown, code: errno) }
    var done = 0
    var failure: Int32 = 0
    while done < bytes.count, failure == 0 {
      let count = bytes.withUnsafeBytes {
        write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
      }
      if count < 0, errno == EINTR { continue }
      if count > 0 { done += count } else { failure = count < 0 ? errno : EIO }
    }
    // Some file systems tell of a full disk only here.
    if close(descriptor) != 0, failure == 0 { failure = errno }
    guard failure == 0 else { throw FileError(.write, shown, code: failure) }
  }

  private func realPath(_ path: String) -> String? {
    guard let resolved = path.withFileName({ realpath($0, nil) }) else { return nil }
    defer { free(resolved) }
    return String(fileName: resolved)
  }
}
