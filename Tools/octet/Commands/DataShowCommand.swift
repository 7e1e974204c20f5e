import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetReports
import OctetText

/// `octet data show`: images drawn in the terminal.
enum DataShowCommand: Command {
  static let name = "show"

  static let description = CommandDescription(
    name: name,
    summary: "draw images in the terminal, and count them",
    discussion: """
      Draws the first images of each class with block characters, in shades of gray if the terminal has \
      colors (NO_COLOR is respected), and prints the number of images of each class. With --image one image \
      is drawn in full. Features are drawn too, with their smallest number black and their largest white.
      """,
    options: [
      DataOption.option,
      OptionDescription(
        "set", takes: .choice("SET", of: ["train", "test"]), default: "train", help: "the images to show"),
      OptionDescription("image", takes: .text("N"), help: "draw only this image, counted from 0"),
      OptionDescription("json", help: "print one JSON object with the counts"),
    ] + ReportOption.all,
    examples: [
      "octet data show", "octet data show --set test --image 42", "octet data show --report data.html",
    ])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {
    DataOption.addFiles(arguments, to: &files)
  }

  static func run(_ arguments: ParsedArguments) throws {
    let number = try arguments.integer("image", in: 0...)
    let target = try ReportOption.target(arguments)
    let data = try DataOption.locate(arguments)
    guard let images = arguments.value("set") == "test" ? data.test : data.train else {
      throw FileError("--set test", "is not in the data (\(data.origin))", advice: "use --set train")
    }
    if let number, number >= images.count {
      throw FileError(
        "--image \(number)", "is beyond the \(images.count) images (\(data.origin))",
        advice: "the last is \(images.count - 1)")
    }
    if target != nil { try images.requireClasses(data.origin, ReportOption.purpose) }
    if arguments.flag("json") {
      try StandardOutput.write(json(images, number, origin: data.origin).text + "\n")
    } else {
      let text = DataText(images, style: TerminalStyle(.standardOutput))
      try StandardOutput.write("Data: \(data.origin.shown)\n\n")
      try StandardOutput.write(number.map(text.image) ?? "\(text.samples)\n\(text.balance)")
    }
    // Behind what is printed: a full disk loses no result.
    if let target {
      let parts = [("Training images", data.train)] + (data.test.map { [("Test images", $0)] } ?? [])
      try target.write(Page(title: "Data", about: "\(data.origin).", [DataSection(parts: parts).section]))
      if !arguments.flag("json") { try StandardOutput.write("\n" + target.announcement) }
    }
  }

  private static func json(_ images: LabeledItems, _ number: Int?, origin: String) -> JSONValue {
    let counts = images.frequencies
    var members: [(name: String, value: JSONValue)] = [
      ("data", .string(origin)), ("images", .integer(images.count)), ("width", .integer(images.shape.width)),
      ("height", .integer(images.shape.height)), ("channels", .integer(images.shape.channels)),
      ("values", .string(images.values.words)), ("targets", .string(images.targets.description)),
      (
        "classes",
        .array(
          zip(images.classNames, counts).map {
            .object([("class", .string($0.0)), ("images", .integer($0.1))])
          })
      ),
    ]
    if let number {
      members.append(("image", .integer(number)))
      if let target = target(images, number) { members.append(target) }
      let numbers = images.values[number * images.shape.count..<(number + 1) * images.shape.count]
      members.append((images.values.areBytes ? "pixels" : "numbers", list(numbers)))
    }
    return .object(members)
  }

  private static func target(_ images: LabeledItems, _ number: Int) -> (name: String, value: JSONValue)? {
    switch images.targets {
    case .none, .several: nil
    case .classes(let indices, let names): ("class", .string(names[Int(indices[number])]))
    case .labels(let flags, let names):
      (
        "labels",
        .array(names.indices.filter { flags[number * names.count + $0] == 1 }.map { .string(names[$0]) })
      )
    case .numbers:
      ("target", .array(images.selecting([number]).numbers.map { .number(Double(shortest: $0)) }))
    }
  }

  private static func list(_ values: ItemValues) -> JSONValue {
    switch values {
    case .bytes(let bytes): .array(bytes.map { .integer(Int($0)) })
    case .integers(let integers, _): .array(integers.map { .integer(Int($0)) })
    case .floats(let floats): .array(floats.map { .number(Double(shortest: $0)) })
    }
  }
}
