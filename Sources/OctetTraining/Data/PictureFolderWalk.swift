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

  private struct Level {
    let listing: FolderListing
    var next = 0
  }

  private var levels: [Level] = []

  package init() {}

  /// Opens a folder, whose files come next.
  package mutating func enter(_ path: String) -> Item? {
    do throws(DataError) {
      // A link that leads back up would never end.
      guard levels.count < 64 else { return .failure(path: path, reason: "lies more than 64 folders deep") }
      levels.append(Level(listing: try FolderListing(of: path)))
      return nil
    } catch {
      return .failure(path: path, reason: "\(error.problem); \(error.advice)")
    }
  }

  /// The next file; nil after the last one.
  package mutating func next() -> Item? {
    while let last = levels.indices.last {
      let index = levels[last].next
      guard index < levels[last].listing.count else {
        levels.removeLast()
        continue
      }
      levels[last].next += 1
      let kind = levels[last].listing.kind(index)
      let isPicture = levels[last].listing.isPicture(index)
      if kind == .file, !isPicture { continue }
      let path = levels[last].listing.path(index)
      if (kind ?? (try? Folder.kind(of: path))) == .folder {
        if let failure = enter(path) { return failure }
      } else if isPicture {
        return .file(path)
      }
    }
    return nil
  }
}
