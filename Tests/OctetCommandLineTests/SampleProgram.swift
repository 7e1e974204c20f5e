import OctetCommandLine

/// A made-up program with one of everything.
let sampleProgram = CommandDescription(
  name: "kitchen",
  summary: "cooks things",
  options: [OptionDescription("version", help: "print the version and exit")],
  examples: ["kitchen bake bread.txt"],
  subcommands: [
    CommandDescription(
      name: "bake",
      summary: "bake what recipes say",
      discussion: """
        Heats the oven first, and says so. Then every recipe is baked in turn, the first one on the upper tray.

        A recipe is a text file.
        """,
      positionals: [PositionalDescription(.input("RECIPE"), arity: .oneOrMore, help: "what to bake")],
      options: [
        OptionDescription(
          "oven", short: "o", takes: .choice("KIND", of: ["gas", "electric", "wood-fired"]), default: "gas",
          help: "the oven to use"),
        OptionDescription(
          "degrees", takes: .text("N"), default: "180", help: "how hot: it's [roughly] centigrade"),
        OptionDescription("spice", takes: .text("NAME"), repeatable: true, help: "what to add"),
        OptionDescription("plate", takes: .outputFolder(of: ".txt"), help: "where to put the result"),
        OptionDescription("quiet", short: "q", help: "say nothing"),
        OptionDescription(
          "an-unusually-long-option-name", takes: .output("LOG"),
          help: "write what happens to a file, step by step"),
      ],
      examples: ["kitchen bake --oven gas bread.txt", "kitchen bake --spice salt --spice thyme bread.txt"]),
    CommandDescription(
      name: "store",
      summary: "look after supplies",
      examples: ["kitchen store fetch flour"],
      subcommands: [
        CommandDescription(
          name: "fetch",
          summary: "buy something",
          positionals: [
            PositionalDescription(.choice("GOODS", of: ["flour", "salt"]), help: "what to buy"),
            PositionalDescription(
              .outputFolder("SHELF", of: ".txt"), arity: .optional, help: "where to put it"),
          ],
          examples: ["kitchen store fetch flour"])
      ]),
    CommandDescription(
      name: "help",
      summary: "explain",
      positionals: [PositionalDescription(.command, arity: .zeroOrMore, help: "what to explain")],
      examples: ["kitchen help bake"]),
  ])

extension CommandDescription {
  /// With descriptions that are there already.
  fileprivate init(
    name: String, summary: String, options: [OptionDescription] = [], examples: [String],
    subcommands: [CommandDescription]
  ) {
    self.init(
      name: name, summary: summary, options: options, examples: examples,
      subcommands: subcommands.map { description in Subcommand(name: description.name) { description } },
      otherNames: ["roast": "bake"])
  }
}
