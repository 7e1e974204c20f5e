import Foundation
import OctetImages
import OctetText
import TestSupport
import Testing

/// Small files cannot make a program take much memory, and large ones no more than they need.
@Suite(.timeLimit(.minutes(5))) struct BoundedMemoryTests {
  /// What a program takes that reads a small table, and what the tests allow on top of it.
  private static let room = 220 << 20

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func show(_ name: String) throws -> OctetProcess.Result {
    try run(["data", "show", "--data", folder.path(name)])
  }

  /// Runs a program, and has the most memory that it ever had resident written to a file.
  ///
  /// A child that is started without a copy of the memory, as the tests' own are, is charged with its parent's; hence
  /// Python.
  private func run(_ arguments: [String], program: String = "octet") throws -> OctetProcess.Result {
    let script = """
      import os, sys
      child = os.fork()
      if child == 0: os.execv(sys.argv[2], sys.argv[2:])
      _, status, usage = os.wait4(child, 0)
      open(sys.argv[1], "w").write(str(usage.ru_maxrss * 1024))
      sys.exit(os.waitstatus_to_exitcode(status))
      """
    return try OctetProcess.run(
      ["python3", "-c", script, folder.path("peak"), try BuiltProducts.path(of: program)] + arguments,
      executable: "/usr/bin/env")
  }

  private func peak() throws -> Int { try #require(Int(try folder.contents(of: "peak") ?? "")) }

  @Test func `a packed table of zeros`() throws {
    let row = "0" + String(repeating: ",0", count: 784)
    // 250 MB of text in a quarter of a megabyte.
    let program = "yes '\(row)' | head -n 160000 | gzip -9 > '\(folder.path("zeros.csv.gz"))'"
    #expect(try OctetProcess.run("-c", program, executable: "/bin/sh").status == 0)
    let size = try #require(try folder.bytes(of: "zeros.csv.gz")).count
    #expect(size < 1_000_000)
    let result = try show("zeros.csv.gz")
    result.expectRefusal(
      1, "zeros.csv.gz", "has \(size) bytes and unpacks to more than", "which is the limit", "gunzip")
    #expect(try peak() < Self.room)
  }

  /// A gigabyte without the end of a line; the file is a hole.
  @Test func `a line that does not end`() throws {
    for start in ["7,", "7,1\n7,", "label"] {
      try folder.write(start, to: "line.csv")
      #expect(truncate(folder.path("line.csv"), 1 << 30) == 0)
      let result = try show("line.csv")
      result.expectRefusal(1, "line.csv", "which is the limit")
      #expect(try peak() < Self.room + (150 << 20))
    }
  }

  @Test func `packed images that are all the same`() throws {
    for name in ["train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"] {
      try folder.write("", to: name)
    }
    // 1,000,000 images of 28 x 28, in less than a megabyte.
    let program =
      "{ printf '\\000\\000\\010\\003\\000\\017\\102\\100\\000\\000\\000\\034\\000\\000\\000\\034'; "
      + "head -c 784000000 /dev/zero; } | gzip -1 > '\(folder.path("train-images-idx3-ubyte.gz"))'"
    #expect(try OctetProcess.run("-c", program, executable: "/bin/sh").status == 0)
    // The labels are read first, and are right.
    try folder.write(
      [0, 0, 8, 1, 0, 15, 0x42, 0x40] + [UInt8](repeating: 1, count: 1_000_000), to: "train-labels-idx1-ubyte"
    )
    let result = try run(["data", "show", "--data", folder.path])
    result.expectRefusal(1, "train-images-idx3-ubyte.gz", "unpacks to more than", "gunzip")
    #expect(try peak() < Self.room)
  }

  @Test func `a header of half a million names`() throws {
    var header = "{\"__metadata__\":{"
    header += (0..<500_000).map { "\"k\($0)\":\"\"" }.joined(separator: ",") + "}}"
    try folder.write(Self.safetensors(header), to: "names.safetensors")
    let result = try run(["export", folder.path("names.safetensors"), "--onnx", folder.path("out.onnx")])
    result.expectRefusal(1, "names.safetensors", "an object has more than 65536 names")
    #expect(try peak() < Self.room)
  }

  @Test func `a header of millions of values`() throws {
    let header = "{\"a\":[" + String(repeating: "0,", count: 10_000_000) + "0]}"
    try folder.write(Self.safetensors(header), to: "values.safetensors")
    let result = try run(["export", folder.path("values.safetensors"), "--onnx", folder.path("out.onnx")])
    result.expectRefusal(1, "values.safetensors", "it has more than 2000000 values")
    #expect(try peak() < Self.room)
  }

  private static func safetensors(_ header: String) -> [UInt8] {
    let count = UInt64(header.utf8.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: count >> (8 * UInt64($0))) } + Array(header.utf8)
  }

  /// 50 MB of Exif around a digit: the line is that of the digit alone.
  @Test func `a picture with a huge chunk`() throws {
    let sample = try ClassifySample(digits: 1)
    let file = sample.png(0)
    let script =
      "import sys, zlib, struct; name = b'eXIf' + bytes(50_000_000); "
      + "file = open(sys.argv[1], 'rb').read(); "
      + "open(sys.argv[2], 'wb').write(file[:33] + struct.pack('>I', 50_000_000) + name + "
      + "struct.pack('>I', zlib.crc32(name)) + file[33:])"
    let large = sample.folder.path("large.png")
    #expect(
      try OctetProcess.run("python3", "-c", script, sample.path(0), large, executable: "/usr/bin/env").status
        == 0)
    #expect(!file.isEmpty)
    for program in ["octet", "octet-classify"] {
      let command = program == "octet" ? ["classify"] : []
      func classify(_ path: String) throws -> (result: OctetProcess.Result, peak: Int) {
        (try run(command + [ClassifySample.model, path], program: program), try peak())
      }
      let (result, most) = try classify(large)
      let (small, usual) = try classify(sample.path(0))
      #expect(result.status == 0, "\(result.errors)")
      #expect(result.output.replacing(large, with: sample.path(0)) == small.output)
      #expect(most < usual + (8 << 20))
    }
  }
}
