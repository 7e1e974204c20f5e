import OctetHost

/// Fetches the files of MNIST from a mirror with curl, and keeps them only if what is in them is right.
///
/// Each file is fetched to `NAME.gz.part` and renamed when its contents have the expected SHA-256, so a file under
/// its own name is always a good one. A transfer that was cut off goes on where it stopped, in this run or the next.
package struct MNISTDownload: Sendable {
  /// What happens, for those who show it.
  package enum Event: Equatable, Sendable {
    /// The file was there and right before anything was fetched.
    case alreadyThere(file: String)
    /// A transfer begins, with so many bytes there from an earlier one.
    case started(file: String, address: String, resumedFrom: Int)
    /// So many bytes are there by now; told a few times a second.
    case received(file: String, bytes: Int)
    /// The file has come, is right, and has its name.
    case verified(file: String, path: String)
  }

  package static let variable = "OCTET_MNIST_MIRROR"
  package static let defaultMirror = "https://ossci-datasets.s3.amazonaws.com/mnist/"

  /// The address of the folder on the mirror, with a slash at the end.
  package let mirror: String

  /// Where the files go.
  package let folder: String

  /// What is fetched.
  package let files: [MNISTFile]

  /// How often a transfer may fail in a row without getting any further.
  package let attempts: Int

  /// How long to wait before trying again.
  package let pauseSeconds: UInt32

  private let environment: [String: String]

  /// `mirror` is, in this order, the argument, the environment's `OCTET_MNIST_MIRROR` or the default; `folder` is
  /// the user's cache unless given.
  package init(
    mirror: String? = nil, folder: String? = nil, environment: [String: String],
    files: [MNISTFile] = MNISTFile.all, attempts: Int = 4, pauseSeconds: UInt32 = 2
  ) throws(FileError) {
    let fromEnvironment = environment[MNISTDownload.variable].flatMap { $0.isEmpty ? nil : $0 }
    let address = mirror ?? fromEnvironment ?? MNISTDownload.defaultMirror
    let isPlain = address.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    guard isPlain, let scheme = ["http://", "https://"].first(where: address.lowercased().hasPrefix),
      address.count > scheme.count
    else {
      throw FileError(
        "mirror \"\(address)\"", "is not an http:// or https:// address",
        advice: "give one such as \(MNISTDownload.defaultMirror)")
    }
    guard let destination = folder ?? DataLocator.cacheFolder(environment) else {
      throw FileError(
        "cache folder", "is unknown, because HOME is not set",
        advice: "set HOME, or give a folder to fetch to")
    }
    self.mirror = address.hasSuffix("/") ? address : address + "/"
    self.folder = destination
    self.files = files
    self.attempts = attempts
    self.pauseSeconds = pauseSeconds
    self.environment = environment
  }

  /// Fetches what is missing. Files that are finished stay, whatever happens to the rest.
  package func run(report: (Event) -> Void = { _ in }) throws(FileError) {
    try Folder.create(folder)
    for file in files {
      if try isAlreadyThere(file) { report(.alreadyThere(file: file.name)) } else { try fetch(file, report) }
    }
  }

  private func isAlreadyThere(_ file: MNISTFile) throws(FileError) -> Bool {
    guard let path = file.path(in: folder) else { return false }
    guard let problem = file.problem(withContentsOf: path) else { return true }
    // The packed file is ours to replace. Any other would still be read before the one that is fetched.
    guard path == finishedPath(file) else {
      throw FileError(path, problem, advice: "remove it and fetch again")
    }
    return false
  }

  private func finishedPath(_ file: MNISTFile) -> String { Folder.join(folder, file.name + ".gz") }

  private func fetch(_ file: MNISTFile, _ report: (Event) -> Void) throws(FileError) {
    let transfer = try CurlTransfer(
      address: "\(mirror)\(file.name).gz", path: finishedPath(file) + ".part",
      // Data that cannot be packed grows a little: 5 bytes in 16 KB, and the header.
      limit: file.length + file.length / 1000 + 4096, environment: environment)
    // curl would write to where a link leads.
    if Folder.isLink(transfer.path) { try Folder.remove(transfer.path) }
    if Folder.length(of: transfer.path) > transfer.limit { try Folder.remove(transfer.path) }
    // An earlier run may have been ended between the last byte and the new name.
    let isFinished = file.problem(withContentsOf: transfer.path) == nil
    var mayStartOver = true
    while !isFinished {
      let resumedFrom = Folder.length(of: transfer.path)
      report(.started(file: file.name, address: transfer.address, resumedFrom: resumedFrom))
      let wasResumed = try transfer.run(attempts: attempts, pauseSeconds: pauseSeconds) { bytes in
        report(.received(file: file.name, bytes: bytes))
      }
      guard let problem = file.problem(withContentsOf: transfer.path) else {
        break
      }
      try Folder.remove(transfer.path)
      // Two parts from two mirrors, or of two versions, do not fit together; one whole file might be right.
      guard wasResumed, mayStartOver else {
        throw FileError(transfer.address, problem, advice: "it was deleted; try another mirror")
      }
      mayStartOver = false
    }
    try AtomicFile.rename(transfer.path, to: finishedPath(file))
    report(.verified(file: file.name, path: finishedPath(file)))
  }
}

extension MNISTFile {
  /// What is wrong with the file at `path`, plain or packed; nil if its contents are as they should be.
  package func problem(withContentsOf path: String) -> String? {
    do {
      let found = SHA256.hexadecimal(try ByteFile.contents(at: path, limit: length))
      return found == hash ? nil : "has contents with SHA-256 \(found), but \(name) has \(hash)"
    } catch {
      return "\(error.problem), so its contents have not the SHA-256 \(hash)"
    }
  }
}
