import Foundation
import Octet
import OctetData
import TestSupport
import Testing

/// The host's side of firmware-sim/run, as far as it goes without a board.
@Suite struct FirmwareToolTests {
  private let sample: ClassifySample
  private var folder: TemporaryFolder { sample.folder }

  init() throws {
    sample = try ClassifySample(digits: 12)
    for name in ["work", "classes", "classes/7", "classes/fun", "numbered", "empty"] {
      try FileManager.default.createDirectory(
        atPath: folder.path(name), withIntermediateDirectories: false)
    }
  }

  private func run(_ arguments: [String], input: String = "") throws -> OctetProcess.Result {
    try OctetProcess.run(
      arguments, executable: BuiltProducts.path(of: "octet-firmware"), input: input)
  }

  private func prepare(_ data: String, _ more: String...) throws -> OctetProcess.Result {
    try run(
      ["prepare", ClassifySample.model, "--folder", folder.path("work"), "--data", folder.path(data)] + more)
  }

  /// What `prepare` wrote: a word for each image, all ones if its class is unknown.
  private func labels() throws -> [Int?] {
    let bytes = try #require(try folder.bytes(of: "work/labels"))
    return stride(from: 0, to: bytes.count, by: 4).map {
      let word = bytes[$0..<$0 + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
      return word == 0xFFFF_FFFF ? nil : word
    }
  }

  @Test func `every picture of a folder is taken with its label`() throws {
    let result = try prepare("digits")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try labels() == sample.paths.sorted().map { Int($0.split(separator: "/").last?.prefix(1) ?? "") })
    let images = try #require(try folder.bytes(of: "work/images"))
    // Five words and the pixels for each, one word at the end; sorted by name, so the first is the lowest.
    #expect(images.count == 12 * (20 + 784) + 4)
    let order = (0..<12).sorted { sample.name($0) < sample.name($1) }
    #expect(Array(images[20..<804]) == sample.pixels(order[0]))
  }

  @Test func `labels come from folders, names or nowhere`() throws {
    try folder.write(sample.png(0), to: "classes/7/3-a.png")
    try folder.write(sample.png(1), to: "classes/fun/x-label-4.png")
    try folder.write(sample.png(2), to: "classes/fun/laugh.PNG")
    #expect(try prepare("classes").status == 0)
    #expect(try labels() == [7, nil, 4])
    #expect(try prepare("classes", "--labels", "names").status == 0)
    #expect(try labels() == [3, nil, 4])
    #expect(try prepare("classes", "--labels", "folders").status == 0)
    #expect(try labels() == [7, nil, nil])
    #expect(try prepare("classes", "--labels", "none").status == 0)
    #expect(try labels() == [nil, nil, nil])
    // The folder that was named is not one of classes, whatever it is called.
    #expect(try prepare("classes/7").status == 0)
    #expect(try labels() == [3])
  }

  @Test func `numbers of files are not taken for labels`() throws {
    for index in 0..<4 { try folder.write(sample.png(index), to: "numbered/\(index).png") }
    #expect(try prepare("numbered").status == 0)
    #expect(try labels() == [nil, nil, nil, nil])
    #expect(try prepare("numbered", "--labels", "names", "--count", "2").status == 0)
    #expect(try labels() == [0, 2])
  }

  @Test func `a picture by itself`() throws {
    #expect(try prepare(sample.name(3)).status == 0)
    #expect(try labels() == [Int(sample.digits.labels[3])])
  }

  @Test func `items of an array are fed as they are on the host`() throws {
    let pixels = (0..<3).flatMap { sample.pixels($0) }
    let arrays = [
      ("pixels", NPYArray(shape: [3, 28, 28], element: .uint8, bytes: pixels)),
      ("integers", NPYArray(shape: [3, 28, 28, 1], pixels.map { Int8(bitPattern: $0 ^ 0x80) })),
      ("floats", NPYArray(shape: [3, 784], pixels.map { Float($0) / 255 })),
    ]
    for (name, array) in arrays {
      try folder.write(array.file, to: "\(name).npy")
      let result = try prepare("\(name).npy", "--count", "2")
      #expect(result.status == 0, "\(result.errors)")
      #expect(try labels() == [nil, nil], "\(name)")
      let images = try #require(try folder.bytes(of: "work/images"))
      #expect(Array(images[20..<804]) == sample.pixels(0), "\(name)")
      #expect(Array(images[824..<1608]) == sample.pixels(1), "\(name)")
    }
    try folder.write(NPYArray(shape: [3, 5], [Float](repeating: 0, count: 15)).file, to: "few.npy")
    let result = try prepare("few.npy")
    #expect(result.status == 1)
    #expect(result.errors.contains("the items have 5 values, the model takes 784"), "\(result.errors)")
  }

  @Test func `bad files are named and do not stop the others`() throws {
    try folder.write("no picture", to: "digits/a.png")
    try folder.write("", to: "digits/b.png")
    let result = try prepare("digits")
    #expect(result.status == 0)
    #expect(
      result.errors == """
        octet-firmware: \(folder.path("digits/a.png")): is not a PNG file; convert it to PNG
        octet-firmware: \(folder.path("digits/b.png")): is empty; save the picture again

        """)
    #expect(try labels().count == 12)
    #expect(try folder.contents(of: "work/refused")?.split(separator: "\n").count == 2)
  }

  @Test func `folders without pictures are errors`() throws {
    try folder.write("no picture", to: "numbered/a.png")
    for (data, words) in [
      ("empty", "holds neither .png files nor MNIST's or CIFAR's"),
      ("missing", "cannot be read (No such file or directory)"),
      ("numbered", "none of the 1 pictures"),
    ] {
      let result = try prepare(data)
      #expect(result.status == 1)
      #expect(result.errors.contains(words), "\(result.errors)")
    }
    let result = try run(
      ["prepare", ClassifySample.model, "--folder", folder.path("work"), "--labels", "names"])
    #expect(result.status == 2)
    #expect(result.errors.contains("--labels is for PNG files"))
  }

  @Test(arguments: [("6.2.4", "6.2"), ("5.10", "5.10"), ("what", "of an unknown version")])
  func `an older compiler is distinguished from one for the C interface`(version: String, words: String)
    throws
  {
    // A process of its own writes it: a program cannot run while a test that spawns another holds it open.
    let swiftc = folder.path("tools/swiftc")
    let made = try OctetProcess.run(
      [
        "-c",
        #"""
        mkdir "${1%/*}" && printf '#!/bin/sh\necho "Swift version %s (swift-RELEASE)"\n' "$2" >"$1" && \#
        chmod +x "$1"
        """#,
        "sh", swiftc, version,
      ], executable: "/bin/sh")
    try #require(made.status == 0, "\(made.errors)")
    let result = try OctetProcess.run(
      ["host", folder.path("work")],
      executable: Python.repository.appending(path: "firmware-sim/build-c").path,
      environment: [
        "PATH": "\(folder.path("tools")):\(ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")"
      ])
    #expect(result.status == 1)
    #expect(
      result.errors == "firmware-sim: the C interface needs Swift 6.3 or newer; swiftc is \(words)\n",
      "\(result.errors)")
  }

  @Test func `numbers of rules become their texts`() throws {
    let said = """
      firmware: the model is rejected: rule 6 (at byte 12, found 3)
      firmware: the model is rejected: rule 20 (at byte 1, found 2)
      firmware: the model is rejected: rule 250 (at byte 1, found 2)
      firmware: the model is rejected: a text (at byte 1, found 2)
      rule 6
      """
    let result = try run(["console"], input: said)
    #expect(
      result.output == """
        firmware: the model is rejected: the check sum does not fit: the file is damaged (at byte 12, found 3)
        firmware: the model is rejected: a scale must be positive and finite (at byte 1, found 2)
        firmware: the model is rejected: rule 250 (at byte 1, found 2)
        firmware: the model is rejected: a text (at byte 1, found 2)
        rule 6
        """)
  }

  @Test func `the table of rules in the documentation is current`() throws {
    let page = try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../docs/PORTING.md"),
      encoding: .utf8)
    var rule: UInt8 = 0
    while let text = ModelRule(rawValue: rule)?.text {
      #expect(page.contains("\n| \(rule) | \(text) |\n"), "rule \(rule)")
      rule += 1
    }
    #expect(rule > 40 && !page.contains("\n| \(rule) |"))
  }
}
