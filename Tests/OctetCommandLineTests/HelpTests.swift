import OctetCommandLine
import Testing

@Suite struct HelpTests {
  @Test func `a command is explained in full`() throws {
    let parsed = try sampleProgram.parse(["bake", "--help"])
    #expect(
      parsed.command.help(path: parsed.path) == """
        kitchen bake: bake what recipes say

        Usage: kitchen bake [options] RECIPE...

        Heats the oven first, and says so. Then every recipe is baked in turn, the first
        one on the upper tray.

        A recipe is a text file.

        Arguments:
          RECIPE  what to bake

        Options:
          -o, --oven KIND     the oven to use (one of gas, electric, wood-fired;
                              default: gas)
              --degrees N     how hot: it's [roughly] centigrade (default: 180)
              --spice NAME    what to add (may be repeated)
              --plate FOLDER  where to put the result
          -q, --quiet         say nothing
              --an-unusually-long-option-name LOG
                              write what happens to a file, step by step
          -h, --help          print this help and exit

        Examples:
          kitchen bake --oven gas bread.txt
          kitchen bake --spice salt --spice thyme bread.txt

        """)
  }

  @Test func `a program lists its commands`() {
    #expect(
      sampleProgram.help(path: ["kitchen"]) == """
        kitchen: cooks things

        Usage: kitchen COMMAND [options]

        Commands:
          bake   bake what recipes say
          store  look after supplies
          help   explain

        Options:
              --version  print the version and exit
          -h, --help     print this help and exit

        Example:
          kitchen bake bread.txt

        """)
  }

  @Test func `no line is wider than the page`() {
    let wordy = CommandDescription(
      name: "wordy", summary: "talk", discussion: String(repeating: "several words ", count: 60),
      options: [
        OptionDescription(
          String(repeating: "long", count: 15), takes: .text("N"),
          help: String(repeating: "and so on ", count: 30))
      ],
      examples: ["wordy"])
    for line in wordy.help(path: ["wordy"]).split(separator: "\n") { #expect(line.count <= 80) }
  }
}
