import Foundation
import OctetData
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What becomes of results where something cannot be written: links in the way, full disks, too few descriptors.
@Suite struct OutputFaultTests {
  /// A file that was not named, and a link to it at `link`.
  private static func plant(_ link: String, in folder: TemporaryFolder) throws {
    try folder.write("untouched", to: "victim")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path(link), withDestinationPath: folder.path("victim"))
  }

  @Test(arguments: [
    ["export", "MODEL", "--c-source", "link"], ["export", "MODEL", "--c-array", "link"],
    ["report", "MODEL", "--out", "link"], ["classify", "MODEL", "digits", "--report", "link"],
    ["data", "show", "--report", "link"], ["data", "export-png", "--out", "link"],
    ["classify", "MODEL", "digits", "--save-input", "link"],
    ["classify", "MODEL", "digits", "--svg", "link"],
  ])
  func `links are refused`(words: [String]) throws {
    let sample = try ClassifySample(digits: 1)
    for isDangling in [false, true] {
      if isDangling {
        try FileManager.default.removeItem(atPath: sample.folder.path("victim"))
      } else {
        try Self.plant("link", in: sample.folder)
      }
      let arguments = words.map {
        $0 == "MODEL" ? ClassifySample.model : ["link", "digits"].contains($0) ? sample.folder.path($0) : $0
      }
      let result = try OctetProcess.run(
        arguments, environment: ["HOME": sample.folder.path, "OCTET_MNIST": ""])
      #expect(result.status == 1)
      #expect(
        result.errors.contains("link: ") && result.errors.contains("is a symbolic link"), "\(result.errors)")
      #expect(try sample.folder.contents(of: "victim") == (isDangling ? nil : "untouched"))
    }
  }

  /// The names of saved inputs can be foreseen.
  @Test func `a link among saved inputs`() throws {
    let sample = try ClassifySample(digits: 2)
    try FileManager.default.createDirectory(
      atPath: sample.folder.path("in"), withIntermediateDirectories: false)
    let names = try FileManager.default.contentsOfDirectory(atPath: sample.folder.path("digits")).sorted()
    try Self.plant("in/000002-\(names[1])", in: sample.folder)
    let result = try sample.classify([
      sample.folder.path("digits"), "--save-input", sample.folder.path("in"), "--json",
    ])
    #expect(result.status == 1)
    #expect(result.errors.contains("is a symbolic link"))
    #expect(try sample.folder.contents(of: "victim") == "untouched")
    #expect(try result.objects().count == 2)
  }

  @Test func `a link among pictures of a page`() throws {
    let sample = try ClassifySample(digits: 1)
    try FileManager.default.createDirectory(
      atPath: sample.folder.path("svg"), withIntermediateDirectories: false)
    #expect(try sample.classify([sample.path(0), "--svg", sample.folder.path("svg")]).status == 0)
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: sample.folder.path("svg")).first)
    try FileManager.default.removeItem(atPath: sample.folder.path("svg/\(name)"))
    try Self.plant("svg/\(name)", in: sample.folder)
    let result = try sample.classify([sample.path(0), "--svg", sample.folder.path("svg")])
    #expect(result.status == 1 && result.errors.contains("is a symbolic link"))
    #expect(try sample.folder.contents(of: "victim") == "untouched")
  }

  /// A name that stands for an open descriptor is a link on Linux, and no trap.
  @Test func `standard output is a file too`() throws {
    let result = try OctetProcess.run("export", ClassifySample.model, "--c-array", "/dev/stdout")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("const unsigned long octet_bytes"))
    #expect(result.output.contains("\nWrote /dev/stdout: "))
  }

  /// As a disk that is full, but without one: no file may have a byte. What is printed goes through a pipe.
  @Test func `a full disk loses no answer`() throws {
    let sample = try ClassifySample(digits: 15)
    let program = try BuiltProducts.path(of: "octet")
    let result = try OctetProcess.run(
      [
        "-c", "(ulimit -f 0; \"$0\" classify \"$@\"; echo \"status $?\") 2>&1 | cat", program,
        ClassifySample.model,
        sample.folder.path("digits"), "--save-input", sample.folder.path("in"), "--json", "-q",
      ], executable: "/bin/sh")
    let lines = result.output.split(separator: "\n")
    #expect(
      lines.filter { $0.hasPrefix("{\"file\":") && $0.contains("\"class\":") }.count == 15, "\(result.output)"
    )
    #expect(lines.filter { $0.contains("cannot be written (File too large)") }.count == 1)
    #expect(lines.last == "status 1")
  }

  @Test(
    .enabled(if: access("/dev/full", W_OK) == 0, "needs /dev/full"),
    arguments: [
      ["classify", "MODEL", "digits", "--json"], ["data", "show", "--json"],
      ["evaluate", "MODEL", "--data", "classes", "--json"],
      ["quantize", "FLOAT", "--data", "classes", "--json", "--out", "q.octet"],
    ])
  func `a page that does not fit loses no result`(words: [String]) throws {
    let sample = try ClassifySample(digits: 40)
    for index in 0..<40 {
      let folder = "classes/\(sample.digits.classNames[Int(sample.digits.labels[index])])"
      try FileManager.default.createDirectory(
        atPath: sample.folder.path(folder), withIntermediateDirectories: true)
      try sample.folder.write(sample.png(index), to: "\(folder)/\(index).png")
    }
    let arguments = words.map {
      switch $0 {
      case "MODEL": ClassifySample.model
      case "FLOAT": ClassifySample.model.replacingOccurrences(of: ".octet", with: ".safetensors")
      case "digits", "classes", "q.octet": sample.folder.path($0)
      default: $0
      }
    }
    let result = try OctetProcess.run(
      arguments + ["--report", "/dev/full"], environment: ["HOME": sample.folder.path, "OCTET_MNIST": ""])
    #expect(result.status == 1)
    #expect(
      result.errors.contains("/dev/full: cannot be written (No space left on device)"), "\(result.errors)")
    #expect(try result.objects().isEmpty == false)
  }

  @Test(arguments: [4, 8, 12])
  func `too few descriptors is one error`(limit: Int) throws {
    let sample = try ClassifySample(digits: 3)
    let program = try BuiltProducts.path(of: "octet")
    let words = [program, ClassifySample.model, sample.folder.path("digits")]
    let result = try OctetProcess.run(
      ["-c", "ulimit -n \(limit); exec \"$0\" classify \"$@\" --json -q"] + words, executable: "/bin/sh")
    result.expectRefusal(1, "only \(limit) files may be open at once", "ulimit -n")
    // A limit that the user may raise is raised.
    let soft = try OctetProcess.run(
      ["-c", "ulimit -S -n \(limit); exec \"$0\" classify \"$@\" --json -q"] + words, executable: "/bin/sh")
    #expect(soft.status == 0, "\(soft.errors)")
    #expect(try soft.objects().count == 3)
  }
}
