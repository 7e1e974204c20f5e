import OctetText

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What is in a folder, without names that begin with a dot, sorted by the bytes of the names: the order does not
/// depend on what Unicode says of equal characters.
///
/// The names lie one after the other in one piece of memory, because folders hold millions of files.
package struct FolderListing: Sendable {
  private struct Entry {
    /// The first eight bytes of the name, zeros behind a shorter one, as a number that sorts like them: no name holds a
    /// zero.
    let key: UInt64
    let start: Int
    let length: UInt16
    let kind: Folder.Kind?

    var bytes: Range<Int> { start..<start + Int(length) }
  }

  /// Which folder it is, whatever path or link led to it.
  package let identity: FileIdentity

  /// The folder's path with a slash behind it.
  private let start: [UInt8]
  private var names: [UInt8] = []
  private var entries: [Entry] = []

  package init(of folder: String) throws(FileError) {
    guard try Folder.kind(of: folder) == .folder else {
      throw FileError(folder, "is not a folder", advice: "give the path of a folder")
    }
    guard let stream = folder.withFileName({ opendir($0) }) else {
      throw FileError(folder, cannotBe: .listed, code: errno)
    }
    defer { closedir(stream) }
    // Of the folder that was opened: its path may lead elsewhere by now.
    var status = stat()
    guard fstat(dirfd(stream), &status) == 0 else {
      throw FileError(folder, cannotBe: .examined, code: errno)
    }
    identity = FileIdentity(status)
    start = Array(Folder.join(folder, "").utf8)
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      guard entries.count < Folder.largestCount else {
        throw FileError(folder, "holds more than \(Folder.largestCount) files", advice: "split it up")
      }
      append(entry)
    }
    guard errno == 0 else { throw FileError(folder, cannotBe: .listed, code: errno) }
    sort()
  }

  package var count: Int { entries.count }

  package func name(_ index: Int) -> String {
    let entry = entries[index]
    return String(fileName: names[entry.bytes])
  }

  /// The folder's path and the name.
  package func path(_ index: Int) -> String {
    let entry = entries[index]
    guard names[entry.bytes].allSatisfy({ $0 < 0x80 }) else {
      return String(decoding: start, as: UTF8.self) + String(fileName: names[entry.bytes])
    }
    return String(unsafeUninitializedCapacity: start.count + Int(entry.length)) { text in
      _ = text.initialize(from: start)
      names.withUnsafeBufferPointer { names in
        let name = UnsafeBufferPointer(rebasing: names[entry.bytes])
        _ = UnsafeMutableBufferPointer(rebasing: text[start.count...]).initialize(from: name)
      }
      return start.count + Int(entry.length)
    }
  }

  /// Whether the name ends as one of `pictureEndings`. By its bytes: comparing characters takes as long as a small
  /// layer.
  package func isPicture(_ index: Int) -> Bool {
    let entry = entries[index]
    let name = names[entry.bytes]
    return Self.pictureEndings.contains { name.count >= $0.utf8CodeUnitCount && Self.ends(name, in: $0) }
  }

  /// What names of pictures end in.
  package static let pictureEndings: [StaticString] = [
    ".png", ".PNG", ".jpg", ".JPG", ".jpeg", ".JPEG",
  ]

  private static func ends(_ name: ArraySlice<UInt8>, in ending: StaticString) -> Bool {
    ending.withUTF8Buffer { name.suffix($0.count).elementsEqual($0) }
  }

  /// Nil where the listing does not say, as for links, or on file systems that keep it elsewhere: then ask
  /// `Folder.kind(of:)`.
  package func kind(_ index: Int) -> Folder.Kind? { entries[index].kind }

  private mutating func append(_ entry: UnsafeMutablePointer<dirent>) {
    // The name is a C string inside the entry, which stays valid until the next call.
    withUnsafePointer(to: &entry.pointee.d_name) { field in
      let name = UnsafeRawPointer(field)
      let length = strlen(name.assumingMemoryBound(to: CChar.self))
      let bytes = UnsafeRawBufferPointer(start: name, count: length)
      if length == 0 || bytes[0] == UInt8(ascii: ".") { return }
      var key: UInt64 = 0
      for place in 0..<8 { key = key << 8 | (place < length ? UInt64(bytes[place]) : 0) }
      // No system has names of more than 1,023 bytes.
      entries.append(
        Entry(key: key, start: names.count, length: UInt16(length), kind: Self.kind(entry.pointee.d_type)))
      names.append(contentsOf: bytes)
    }
  }

  private static func kind(_ type: UInt8) -> Folder.Kind? {
    switch Int(type) {
    case Int(DT_DIR): .folder
    case Int(DT_REG): .file
    default: nil
    }
  }

  private mutating func sort() {
    names.withUnsafeBufferPointer { names in
      entries.sort { first, second in
        if first.key != second.key { return first.key < second.key }
        let left = names[first.bytes]
        return left.lexicographicallyPrecedes(names[second.bytes])
      }
    }
  }
}
