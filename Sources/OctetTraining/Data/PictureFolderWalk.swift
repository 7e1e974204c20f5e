/// The PNG files in folders and in the folders within, one after another, in the order of the bytes of their names.
///
/// Only names that end in .png count, and no hidden ones. Holds the names of the folders that it is in, and nothing of what it
/// has handed out.
package struct PictureFolderWalk {
  package enum Item {
    case file(String)
    /// A folder that could not be looked into.
    case failure(path: String, reason: String)
  }

  private var folders: [(path: String, entries: ArraySlice<Folder.Entry>)] = []

  package init() {}

  /// Opens a folder, whose files come next.
  package mutating func enter(_ path: String) -> Item? {
    do throws(DataError) {
      // A link that leads back up would never end.
      guard folders.count < 64 else { return .failure(path: path, reason: "lies more than 64 folders deep") }
      folders.append((path, try Folder.visibleEntries(in: path)[...]))
      return nil
    } catch {
      return .failure(path: path, reason: "\(error.problem); \(error.advice)")
    }
  }

  /// The next file; nil after the last one.
  package mutating func next() -> Item? {
    while let last = folders.indices.last {
      guard let entry = folders[last].entries.popFirst() else {
        folders.removeLast()
        continue
      }
      let path = Folder.join(folders[last].path, entry.name)
      if (entry.kind ?? (try? Folder.kind(of: path))) == .folder {
        if let failure = enter(path) { return failure }
      } else if Self.isPicture(entry.name) {
        return .file(path)
      }
    }
    return nil
  }

  private static func isPicture(_ name: String) -> Bool { name.hasSuffix(".png") || name.hasSuffix(".PNG") }
}
