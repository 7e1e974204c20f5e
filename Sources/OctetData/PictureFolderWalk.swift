import OctetHost

/// The PNG and JPEG files in folders and in the folders within, one after another, in the order of the bytes of their
/// names.
///
/// Only names that end in .png, .jpg or .jpeg count, and no hidden ones. A folder is entered once, however many
/// links lead to it, so a link that leads back up neither repeats pictures nor goes on for ever. Holds the names of
/// the folders that it is in and the identities of those that it has been in, and nothing of the files that it has
/// handed out.
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
  private var visited: Set<FileIdentity> = []

  package init() {}

  /// Opens a folder, whose files come next; between two walks any, even one that has been walked through.
  package mutating func enter(_ path: String) -> Item? {
    if levels.isEmpty { visited.removeAll() }
    do throws(FileError) {
      // Each has its names in memory.
      guard levels.count < 64 else { return .failure(path: path, reason: "lies more than 64 folders deep") }
      // Known before it is listed, as there may be millions of links to one large folder.
      if let identity = FileIdentity(ofPath: path), visited.contains(identity) { return nil }
      let listing = try FolderListing(of: path)
      if visited.insert(listing.identity).inserted { levels.append(Level(listing: listing)) }
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
