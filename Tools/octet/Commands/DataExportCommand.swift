import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetText

/// `octet data export-png`: images as PNG files, for trying things out and for checking a classifier on files.
enum DataExportCommand: Command {
  static let name = "export-png"

  static let description = CommandDescription(
    name: name,
    summary: "write images as PNG files, with their labels in the names",
    discussion: """
      Writes the first images of the data as PNG files such as 00042-label-7.png, gray or in color as the \
      data is. Digits have light ink on dark as in MNIST. The folder appears when all of them are written; it \
      must not exist before, or be empty. The same data gives the same bytes.
      """,
    options: [
      DataOption.option,
      OptionDescription(
        "set", takes: .choice("SET", of: ["train", "test"]), default: "test, if the data has one",
        help: "the images to write"),
      OptionDescription("count", takes: .text("N"), default: "all", help: "number of images"),
      OptionDescription("out", takes: .outputFolder(of: ".png"), help: "the folder to create; required"),
      OptionDescription("folders", help: "write a folder per class, as octet train --data reads them"),
      OptionDescription("json", help: "print a JSON object at the end"),
    ],
    examples: [
      "octet data export-png --count 100 --out digits",
      "octet data export-png --set train --folders --out classes",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {
    DataOption.addFiles(arguments, to: &files)
  }

  static func run(_ arguments: ParsedArguments) throws {
    guard let folder = arguments.value("out") else {
      throw arguments.usageError("name the folder to make: --out FOLDER")
    }
    let count = try arguments.integer("count", in: 1...)
    let data = try DataOption.locate(arguments)
    let set = arguments.value("set") ?? (data.test == nil ? "train" : "test")
    guard let all = set == "train" ? data.train : data.test else {
      throw FileError("--set test", "is not in the data (\(data.origin))", advice: "use --set train")
    }
    if let count, count > all.count {
      throw FileError(
        "--count \(count)", "is more than the \(all.count) \(set) images (\(data.origin))",
        advice: "ask for fewer")
    }
    let images = count.map { all.selecting(0..<$0) } ?? all
    let export = try PictureExport(
      images: images, folder: folder, hasClassFolders: arguments.flag("folders"))
    let bar = ProgressBar(label: "writing", total: images.count)
    try export.run { bar.update(done: $0) }
    bar.clear()
    if arguments.flag("json") {
      let summary: [(name: String, value: JSONValue)] = [
        ("folder", .string(folder)), ("files", .integer(images.count)), ("set", .string(set)),
        ("width", .integer(images.shape.width)), ("height", .integer(images.shape.height)),
        ("classes", .array(images.classNames.map { .string($0) })), ("data", .string(data.origin)),
      ]
      try StandardOutput.write(JSONValue.object(summary).text + "\n")
    } else {
      try StandardOutput.write(
        "Wrote \(NumberText.grouped(images.count)) PNG files to \(folder.shown) (\(set) images; \(data.origin.shown))\n"
      )
    }
  }
}
