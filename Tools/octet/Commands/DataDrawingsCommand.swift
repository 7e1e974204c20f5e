import FoundationEssentials
import OctetCommandLine
import OctetData
import OctetDrawings
import OctetHost
import OctetText
import OctetTraining

/// `octet data drawings`: digits as people draw them, to train a reader of drawings on.
enum DataDrawingsCommand: Command {
  static let name = "drawings"

  static let description = CommandDescription(
    name: name,
    summary: "draw digits anew as icons, pages and photos",
    discussion: """
      Draws the training images of digits again: their middle lines with pens from a hairline to a broad \
      brush, or with the breadth they have, as icons, on pages of many sizes, and in photos with noise and \
      uneven light. Each picture then goes through the fitting of octet classify. Sketches are digits drawn \
      by program in ways people write them. The images themselves are in the file too, unless --no-originals \
      is given.

      The file's test images are drawings of the last tenth of the training images, which are not among the \
      others, and of sketches; the data's own test images are not used. The same data and seed give the same \
      bytes.
      """,
    options: [
      DataOption.option,
      OptionDescription("out", takes: .output("FILE.npz"), help: "the file to write; required"),
      OptionDescription("times", takes: .text("N"), default: "2", help: "drawings of each image"),
      OptionDescription("sketches", takes: .text("N"), default: "40000", help: "drawings of sketches"),
      OptionDescription("no-originals", help: "leave out the images as they are"),
      OptionDescription("seed", takes: .text("N"), default: "1", help: "seed of all that is random"),
      OptionDescription("threads", takes: .text("N"), default: "all cores", help: "number of threads"),
      OptionDescription("json", help: "print a JSON object at the end"),
    ],
    examples: ["octet data drawings --out drawings.npz", "octet train --recipe drawn --data drawings.npz"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {
    DataOption.addFiles(arguments, to: &files)
  }

  static func run(_ arguments: ParsedArguments) throws {
    guard let path = arguments.value("out") else {
      throw arguments.usageError("name the file to make: --out FILE.npz")
    }
    guard path.hasSuffix(".npz") else {
      throw arguments.usageError("--out takes a name that ends with .npz, not '\(path)'")
    }
    try AtomicFile.requireWritable(path: path)
    let times = try arguments.integer("times", in: 0...100) ?? 2
    let sketches = try arguments.integer("sketches", in: 0...1_000_000) ?? 40_000
    let seed = try arguments.integer("seed", in: 0...Int.max) ?? 1
    let workers = Workers(
      count: try arguments.integer("threads", in: 1...1024) ?? ProcessInfo.processInfo.activeProcessorCount)
    let data = try DataOption.locate(arguments)
    let digits = data.train
    guard digits.shape == SyntheticDigits.shape, digits.values.areBytes,
      digits.classNames == SyntheticDigits.classNames, digits.count >= 10
    else {
      throw FileError(
        "data", "are no gray images of 28x28 with the classes 0 to 9 (\(data.origin))",
        advice: "give digits such as MNIST's with --data")
    }
    let cut = digits.count - digits.count / 10
    var training = Drawings()
    (training.timesPerDigit, training.sketches, training.seed) = (times, sketches, UInt64(seed))
    training.digits = digits.selecting(0..<cut)
    var held = training
    held.digits = digits.selecting(cut..<digits.count)
    held.timesPerDigit = 1
    held.sketches = sketches / 10
    held.seed = UInt64(seed) &+ 1 << 32

    let bar = ProgressBar(label: "drawing", total: training.count + held.count)
    var done = 0
    var made: [(String, NPYArray)] = []
    for (set, drawings, originals) in [("train", training, training.digits), ("test", held, held.digits)] {
      let kept = arguments.flag("no-originals") ? nil : originals
      var (pixels, labels) = (kept?.pixels ?? [], kept?.labels.map { UInt8($0) } ?? [])
      for start in stride(from: 0, to: drawings.count, by: 4096) {
        let drawn = drawings.make(start..<min(start + 4096, drawings.count), workers)
        pixels += drawn.pixels
        labels += drawn.labels
        done += drawn.labels.count
        bar.update(done: done)
      }
      made.append(("x_\(set)", NPYArray(shape: [labels.count, 28, 28], element: .uint8, bytes: pixels)))
      made.append(("y_\(set)", NPYArray(shape: [labels.count], element: .uint8, bytes: labels)))
    }
    bar.clear()
    var archive = ZIPWriter()
    for (name, array) in made { archive.add(array.file, name: "\(name).npy") }
    guard let file = archive.file else {
      throw FileError(path, "would have 4 GiB or more", advice: "ask for fewer drawings")
    }
    try AtomicFile.write(path: path, bytes: file)
    let counts = (made[1].1.count, made[3].1.count)
    if arguments.flag("json") {
      let summary: [(name: String, value: JSONValue)] = [
        ("file", .string(path)), ("train", .integer(counts.0)), ("test", .integer(counts.1)),
        ("seed", .integer(seed)), ("data", .string(data.origin)),
      ]
      try StandardOutput.write(JSONValue.object(summary).text + "\n")
    } else {
      let (train, test) = (NumberText.grouped(counts.0), NumberText.grouped(counts.1))
      try StandardOutput.write("Wrote \(path.shown): \(train) training and \(test) test images\n")
    }
  }
}
