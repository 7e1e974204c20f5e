import Octet
import OctetCommandLine

/// `octet-firmware console`: a firmware's lines in the host's words.
///
/// Small chips have no room for the texts of the loader's rules and name a broken one by its number.
enum ConsoleCommand: Command {
  static let name = "console"

  static let description = CommandDescription(
    name: name,
    summary: "pass on what a firmware prints, with the loader's text in place of a rule's number",
    examples: ["qemu-system-arm ... | octet-firmware console"])

  private static let start = "firmware: the model is rejected: rule "

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    while let line = readLine(strippingNewline: false) { try StandardOutput.write(inWords(line)) }
  }

  private static func inWords(_ line: String) -> String {
    guard line.hasPrefix(start) else { return line }
    let rest = line.dropFirst(start.count)
    let digits = rest.prefix(while: \.isNumber)
    guard let rule = UInt8(digits).flatMap(ModelRule.init(rawValue:)) else { return line }
    return start.dropLast("rule ".count) + "\(rule.text)" + rest.dropFirst(digits.count)
  }
}
