import Octet
import OctetCommandLine
import OctetInterchange
import OctetText

/// `octet-firmware report`: compares what the firmware found with the host, and says what it took.
enum FirmwareReportCommand: Command {
  static let name = "report"

  static let description = CommandDescription(
    name: name,
    summary: "compare a firmware's results with the host, and print what it took",
    options: [
      OptionDescription("folder", takes: .input("FOLDER"), help: "where firmware-sim/run worked"),
      OptionDescription("board", takes: .text("TEXT"), help: "name of the board"),
      OptionDescription("flash", takes: .text("BYTES"), help: "flash of the board"),
      OptionDescription("ram", takes: .text("BYTES"), help: "RAM of the board"),
      OptionDescription("lean", help: "of the image that firmware-sim/build-lean has built"),
      OptionDescription("json", help: "print one JSON object"),
    ],
    examples: ["octet-firmware report --folder work --board micro:bit --flash 262144 --ram 16384"])

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    guard let folder = arguments.value("folder") else {
      throw arguments.usageError("say with --folder where the results are")
    }
    let flash = try arguments.integer("flash", in: 1...) ?? 0
    let ram = try arguments.integer("ram", in: 1...) ?? 0
    let report = try FirmwareReport(folder: folder, isLean: arguments.flag("lean"))
    if arguments.flag("json") {
      try StandardOutput.write(report.json.text + "\n")
    } else {
      try StandardOutput.write(
        report.text(board: arguments.value("board") ?? "board", flash: flash, ram: ram))
    }
    if let difference = report.difference {
      throw FirmwareError("the firmware does not agree with the host: \(difference)")
    }
    if let first = report.refused.first {
      let total = report.imageCount + report.refused.count
      throw FirmwareError(
        "\(report.refused.count) of \(total) pictures could not be used, the first: \(first)")
    }
  }
}
