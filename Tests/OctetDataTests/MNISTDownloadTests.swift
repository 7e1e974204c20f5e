import Foundation
import OctetData
import OctetHost
import TestSupport
import Testing

@Suite(
  .enabled(
    if: LoopbackServer.python != nil && LoopbackServer.curlFolder != nil,
    "python3 or curl is missing: downloading is not tested"))
struct MNISTDownloadTests {
  private let folder: TemporaryFolder
  private let server: LoopbackServer
  private let files: [MNISTFile]

  /// The contents of each file, and what the server sends for it.
  private let contents: [[UInt8]]
  private let packed: [[UInt8]]

  init() throws {
    folder = try TemporaryFolder()
    var random = RandomStream(seed: 31, purpose: .testing)
    // Noise does not pack, so the files are about as long on the way as they are here.
    contents = [2000, 900].map { length in
      (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
    packed = contents.map(gzip)
    files = zip(["train-images-idx3-ubyte", "train-labels-idx1-ubyte"], contents).map {
      MNISTFile(name: $0, length: $1.count, hash: SHA256.hexadecimal($1))
    }
    for (file, bytes) in zip(files, packed) { try folder.write(bytes, to: "served/\(file.name).gz") }
    server = try LoopbackServer(serving: folder.path)
  }

  private var target: String { folder.path + "/deep/target" }

  /// Only curl itself is found; no proxy and no settings of the user are in the way.
  private var environment: [String: String] {
    [
      "PATH": LoopbackServer.curlFolder ?? "", "HOME": folder.path, "CURL_HOME": folder.path,
      "no_proxy": "*", "LC_ALL": "C",
    ]
  }

  @discardableResult
  private func fetch(_ manners: String, files: [MNISTFile]? = nil) throws(FileError) -> [MNISTDownload.Event]
  {
    var events: [MNISTDownload.Event] = []
    try MNISTDownload(
      mirror: server.address + manners, folder: target, environment: environment, files: files ?? self.files,
      attempts: 3, pauseSeconds: 0
    ).run {
      if case .received = $0 { return }
      events.append($0)
    }
    return events
  }

  private func failure(_ manners: String, files: [MNISTFile]? = nil) -> FileError? {
    fileError { () throws(FileError) in try fetch(manners, files: files) }
  }

  private func expectAllThere() throws {
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: target).sorted() == files.map { $0.name + ".gz" })
    for (file, bytes) in zip(files, packed) {
      #expect(try folder.bytes(of: "deep/target/\(file.name).gz") == bytes)
    }
  }

  private func started(_ index: Int, _ manners: String, from start: Int = 0) -> MNISTDownload.Event {
    .started(
      file: files[index].name, address: "\(server.address)\(manners)/\(files[index].name).gz",
      resumedFrom: start)
  }

  private func verified(_ index: Int) -> MNISTDownload.Event {
    .verified(file: files[index].name, path: "\(target)/\(files[index].name).gz")
  }

  private func request(_ index: Int, _ manners: String, _ range: String = "-") -> String {
    "/\(manners)/\(files[index].name).gz \(range)"
  }

  @Test func `fresh, then already there`() throws {
    #expect(try fetch("range") == [started(0, "range"), verified(0), started(1, "range"), verified(1)])
    try expectAllThere()
    let before = server.requests
    #expect(before == [request(0, "range"), request(1, "range")])
    #expect(try fetch("range") == files.map { .alreadyThere(file: $0.name) })
    #expect(server.requests == before)
  }

  @Test func `bytes are reported`() throws {
    var last: [String: Int] = [:]
    try MNISTDownload(
      mirror: server.address + "range/", folder: target, environment: environment, files: files
    ).run { if case .received(let file, let bytes) = $0 { last[file] = bytes } }
    for (file, bytes) in zip(files, packed) { #expect(last[file.name] == bytes.count) }
  }

  @Test func `continues where an earlier run stopped`() throws {
    try folder.write(Array(packed[0][..<777]), to: "deep/target/\(files[0].name).gz.part")
    #expect(try fetch("range").first == started(0, "range", from: 777))
    #expect(server.requests.first == request(0, "range", "bytes=777-"))
    try expectAllThere()
  }

  @Test func `a finished part needs no request`() throws {
    try folder.write(packed[0], to: "deep/target/\(files[0].name).gz.part")
    #expect(try fetch("range").first == verified(0))
    #expect(server.requests == [request(1, "range")])
    try expectAllThere()
  }

  @Test func `a server without ranges starts over`() throws {
    try folder.write(Array(packed[0][..<777]), to: "deep/target/\(files[0].name).gz.part")
    try fetch("plain")
    #expect(server.requests == [request(0, "plain", "bytes=777-"), request(0, "plain"), request(1, "plain")])
    try expectAllThere()
  }

  /// A first part from another mirror, or longer than the file: thrown away, and everything fetched once more.
  @Test(arguments: [500, 2500]) func `a part that does not fit is thrown away`(length: Int) throws {
    try folder.write([UInt8](repeating: 7, count: length), to: "deep/target/\(files[0].name).gz.part")
    try fetch("range")
    #expect(server.requests.contains(request(0, "range")))
    try expectAllThere()
  }

  @Test func `a part longer than any file is thrown away`() throws {
    try folder.write([UInt8](repeating: 7, count: 100_000), to: "deep/target/\(files[0].name).gz.part")
    try fetch("range")
    #expect(server.requests.first == request(0, "range"))
    try expectAllThere()
  }

  /// 300 bytes a time: seven transfers, more than the three failures that are allowed without progress.
  @Test func `a bad line ends in success`() throws {
    try fetch("drop")
    #expect(
      Array(server.requests[..<3]) == [
        request(0, "drop"), request(0, "drop", "bytes=300-"), request(0, "drop", "bytes=600-"),
      ])
    try expectAllThere()
  }

  @Test func `a bad line without ranges gives up`() throws {
    let error = failure("dropplain")
    #expect(error?.problem.hasPrefix("cannot be downloaded (") == true)
    #expect(server.requests.count < 12)
    #expect(try !folder.names().contains { $0.hasSuffix(".gz") })
  }

  @Test func `a server that sends nothing gives up`() throws {
    #expect(failure("silent")?.advice.hasPrefix("check the network") == true)
    #expect(server.requests.count == 3)
    #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [])
  }

  @Test func `missing on the server`() throws {
    let error = failure("missing")
    #expect(
      error?.description
        == """
        \(server.address)missing/\(files[0].name).gz: cannot be downloaded (The requested URL returned \
        error: 404); check the mirror's address, or try another mirror
        """)
    #expect(server.requests.count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [])
  }

  @Test func `a busy server is asked again`() throws {
    try fetch("busy")
    #expect(server.requests.filter { $0.contains("images") }.count == 3)
    try expectAllThere()
  }

  @Test func `redirects are followed`() throws {
    try fetch("moved")
    try expectAllThere()
  }

  @Test func `no server listens`() throws {
    let download = try MNISTDownload(
      mirror: "http://127.0.0.1:1/", folder: target, environment: environment, files: files, attempts: 2,
      pauseSeconds: 0)
    #expect(
      fileError { () throws(FileError) in try download.run() }?.advice.hasPrefix("check the network") == true)
  }

  @Test func `a wrong hash is reported and the file deleted`() throws {
    let wrong = MNISTFile(name: files[0].name, length: files[0].length, hash: files[1].hash)
    let error = failure("range", files: [wrong])
    #expect(
      error?.problem == "has contents with SHA-256 \(files[0].hash), but \(wrong.name) has \(files[1].hash)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [])
    // Nothing was resumed, so nothing could come out better the second time.
    #expect(server.requests.count == 1)
  }

  @Test func `an incomplete gzip file is deleted`() throws {
    try folder.write(Array(packed[0].dropLast(5)), to: "served/\(files[0].name).gz")
    #expect(failure("range")?.problem.contains("is cut short") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [])
  }

  @Test func `a server that never stops is stopped`() throws {
    #expect(failure("endless")?.problem.hasPrefix("is longer than the") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [])
  }

  @Test func `a damaged file is replaced but a foreign one is not`() throws {
    try folder.write(Array(packed[0].dropLast(9)), to: "deep/target/\(files[0].name).gz")
    try folder.write(packed[0], to: "deep/target/\(files[1].name).gz")
    try fetch("range")
    try expectAllThere()
    try folder.write(contents[0], to: "deep/target/\(files[1].name)")
    let error = failure("range")
    #expect(error?.subject == "\(target)/\(files[1].name)")
    #expect(error?.advice == "remove it and fetch again")
  }

  @Test func `unpacked files count as there`() throws {
    for (file, bytes) in zip(files, contents) { try folder.write(bytes, to: "deep/target/\(file.name)") }
    #expect(try fetch("range") == files.map { .alreadyThere(file: $0.name) })
  }

  @Test func `a target that is not a folder`() throws {
    try folder.write("a file", to: "deep")
    #expect(failure("range")?.subject == target)
    #expect(server.requests == [])
  }

  @Test func `without curl`() throws {
    var bare = environment
    bare["PATH"] = folder.path
    let download = try MNISTDownload(mirror: server.address, folder: target, environment: bare, files: files)
    #expect(
      fileError { () throws(FileError) in try download.run() }?.description
        == "curl: was not found on PATH, and is needed to download; install it with: sudo apt-get install curl"
    )
  }

  @Test func `mirror and folder have their order`() throws {
    func mirror(_ argument: String?, _ variable: String?) throws(FileError) -> String {
      var environment = ["HOME": "/home/someone"]
      environment["OCTET_MNIST_MIRROR"] = variable
      return try MNISTDownload(mirror: argument, environment: environment).mirror
    }
    #expect(try mirror(nil, nil) == MNISTDownload.defaultMirror)
    #expect(try mirror(nil, "") == MNISTDownload.defaultMirror)
    #expect(try mirror(nil, "http://a/b") == "http://a/b/")
    #expect(try mirror("HTTPS://c/", "http://a/b") == "HTTPS://c/")
    for bad in ["", "file:///etc/", "ftp://a/", "-o/etc/passwd", "http://", "http://a b/", "http://a\n/"] {
      #expect(fileError { () throws(FileError) in try mirror(bad, nil) } != nil)
    }
    let home = try MNISTDownload(environment: ["HOME": "/home/someone"])
    #expect(home.folder == "/home/someone/.cache/octet/mnist")
    #expect(home.files == MNISTFile.all)
    #expect(fileError { () throws(FileError) in try MNISTDownload(environment: [:]) } != nil)
  }
}
