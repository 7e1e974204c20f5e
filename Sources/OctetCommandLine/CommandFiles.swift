import OctetHost
import OctetHost
import OctetText

/// All files that a run of a command reads and writes, and the promise that none is both.
///
/// Each option and argument that names a file says in its description whether the file is read or written, and a
/// command adds what no option names: defaults, files beside others, places in the environment. `Program` checks them
/// before the command runs, so before anything is written.
package struct CommandFiles {
  /// A file or folder that is read.
  package struct Input {
    let path: String
    /// The files that are read in a folder; none of a file.
    let reading: FolderReading

    package init(_ path: String, reading: FolderReading = .nothing) {
      self.path = path
      self.reading = reading
    }
  }

  /// A file that is written, or a folder that files with one ending are written into.
  package struct Output {
    let path: String
    /// What asks for it, as in "--out".
    let name: String
    /// The end of the names of the files that a folder gets; nil for a file.
    let ending: String?

    package init(_ path: String, name: String, folderOf ending: String? = nil) {
      self.path = path
      self.name = name
      self.ending = ending
    }
  }

  private var inputs: [Input] = []
  private var outputs: [Output] = []

  /// What the options and arguments of a command line name.
  package init(_ arguments: ParsedArguments) {
    for (value, kind, name) in arguments.namedValues {
      switch kind {
      case .input(_, let reading): if value != "-" { inputs.append(Input(value, reading: reading)) }
      case .output: outputs.append(Output(value, name: name))
      case .outputFolder(_, let ending): outputs.append(Output(value, name: name, folderOf: ending))
      case .text, .choice, .command: break
      }
    }
  }

  package mutating func add(_ input: Input) { inputs.append(input) }

  package mutating func add(_ output: Output) { outputs.append(output) }

  /// What is wrong with the files, as one line; nil if no file is read and written, and none is written twice.
  package func clash() -> String? {
    // A program that only reads does not look at its files twice.
    if outputs.isEmpty { return nil }
    let written = outputs.map(WrittenFile.init)
    for (index, file) in written.enumerated() {
      if let other = written[..<index].first(where: { $0.isSame(as: file) }) {
        let names =
          other.output.name == file.output.name
          ? other.output.name : "\(other.output.name) and \(file.output.name)"
        return "\(names) would write the same file, \(file.output.path.shown): name two files"
      }
    }
    for input in inputs {
      guard let status = FileStatus(input.path) else { continue }
      for file in written {
        if let path = status.kind == .folder
          ? file.overwritten(in: input) : file.overwrites(input.path, status)
        {
          return file.refusal(of: path)
        }
      }
    }
    return nil
  }

  /// The same for a file that is known to be read only while the command runs, such as one that standard input names.
  package func clash(reading path: String) -> String? {
    guard !outputs.isEmpty, let status = FileStatus(path), status.kind != .folder else { return nil }
    return outputs.map(WrittenFile.init).lazy.filter { $0.overwrites(path, status) != nil }.first?.refusal(
      of: path)
  }
}

/// Which files in a folder are read.
package struct FolderReading: Sendable, Equatable {
  /// Ends of names that are read wherever they are.
  let endings: [String]
  /// Whether all files in the folders within are read, whatever their names.
  let readsAllWithin: Bool

  package init(endings: [String], readsAllWithin: Bool = false) {
    self.endings = endings
    self.readsAllWithin = readsAllWithin
  }

  /// Folders are not taken.
  package static let nothing = FolderReading(endings: [])

  func reads(_ name: String, depth: Int) -> Bool {
    (readsAllWithin && depth > 0)
      || endings.contains { name.utf8.reversed().starts(with: $0.utf8.reversed()) }
  }
}

/// An output, and what is in its place now.
private struct WrittenFile {
  let output: CommandFiles.Output
  private let status: FileStatus?
  /// The folder that the file is in, or is to be in, and its name there.
  private let parent: FileStatus?
  private let name: String

  init(_ output: CommandFiles.Output) {
    self.output = output
    status = FileStatus(output.path)
    let slash = output.path.utf8.lastIndex(of: UInt8(ascii: "/"))
    parent = FileStatus(slash.map { String(output.path[...$0]) } ?? ".")
    name = slash.map { String(output.path[output.path.utf8.index(after: $0)...]) } ?? output.path
  }

  /// The nearest folder above that is there already; a folder of output that is yet to be made will be in it.
  private var existingParent: FileStatus? {
    var path = output.path[...]
    while let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
      if let found = FileStatus(String(output.path[...slash])) { return found }
      path = path[..<slash]
    }
    return FileStatus(".")
  }

  func refusal(of path: String) -> String {
    output.ending == nil
      ? "\(output.name) \(output.path.shown) would overwrite \(path.shown), which is read: name another file"
      : "\(output.name) \(output.path.shown) would write beside \(path.shown), which is read: name another folder"
  }

  /// Whether two outputs are one file. Devices such as /dev/null take any number.
  func isSame(as other: WrittenFile) -> Bool {
    switch (output.ending, other.output.ending) {
    case (nil, nil):
      if let status, let found = other.status {
        return status.kind == .file && status.identity == found.identity
      }
      return name == other.name && parent != nil && parent?.identity == other.parent?.identity
    case (let ending?, let found?): return ending == found && isFolder(other.status, other)
    case (let ending?, nil):
      return other.name.hasSuffix(ending) && status != nil && status?.identity == other.parent?.identity
    case (nil, _?): return other.isSame(as: self)
    }
  }

  private func isFolder(_ found: FileStatus?, _ other: WrittenFile) -> Bool {
    if let status, let found { return status.identity == found.identity }
    return name == other.name && parent != nil && parent?.identity == other.parent?.identity
  }

  /// The path of a file that is read, if writing would replace it.
  func overwrites(_ path: String, _ input: FileStatus) -> String? {
    guard let ending = output.ending else {
      return status?.identity == input.identity && input.kind == .file ? path : nil
    }
    guard let status, path.hasSuffix(ending) else { return nil }
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    return FileStatus(slash.map { String(path[...$0]) } ?? ".")?.identity == status.identity ? path : nil
  }

  /// The path of a file in a folder that is read, if writing would replace it. Nothing is looked through where there is
  /// nothing to replace.
  func overwritten(in input: CommandFiles.Input) -> String? {
    guard
      let status = output.ending == nil
        ? status.flatMap({ $0.kind == .file ? $0 : nil }) : status ?? existingParent
    else { return nil }
    var visited: Set<FileIdentity> = []
    return overwritten(in: input.path, input.reading, status, depth: 0, &visited)
  }

  /// - Parameter visited: the folders that were looked through: links can lead back up.
  private func overwritten(
    in folder: String, _ reading: FolderReading, _ status: FileStatus, depth: Int,
    _ visited: inout Set<FileIdentity>
  ) -> String? {
    guard let here = FileStatus(folder), here.kind == .folder, visited.insert(here.identity).inserted else {
      return nil
    }
    if let ending = output.ending, here.identity == status.identity, reading.reads(ending, depth: depth) {
      return folder
    }
    guard let listing = try? FolderListing(of: folder) else { return nil }
    for index in 0..<listing.count {
      // Beside a folder of output only folders matter, and there may be many files.
      if output.ending != nil, listing.kind(index) == .file { continue }
      let path = listing.path(index)
      guard let found = FileStatus(path) else { continue }
      if found.kind == .folder {
        if let path = overwritten(in: path, reading, status, depth: depth + 1, &visited) { return path }
      } else if output.ending == nil, found.identity == status.identity,
        reading.reads(listing.name(index), depth: depth)
      {
        return path
      }
    }
    return nil
  }
}
