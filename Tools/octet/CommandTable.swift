import OctetCommandLine

/// Every command of the tool, in the order that help shows them. A new command is added here and nowhere else.
enum CommandTable {
  static let nodes: [CommandNode] = [
    .command(TrainCommand.self),
    .command(QuantizeCommand.self),
    .command(ClassifyCommand.self),
    .command(EvaluateCommand.self),
    .command(PredictCommand.self),
    .command(ExplainCommand.self),
    .command(CompareCommand.self),
    .command(ReportCommand.self),
    .command(DrawCommand.self),
    .command(InspectCommand.self),
    .command(OperatorsCommand.self),
    .command(ExportCommand.self),
    .command(BenchCommand.self),
    .group(
      name: "data", summary: "download, show and export data",
      examples: ["octet data fetch mnist", "octet data show"],
      members: [
        .command(DataFetchCommand.self), .command(DataShowCommand.self), .command(DataExportCommand.self),
        .command(DataDrawingsCommand.self),
      ]),
    .command(CompletionsCommand.self),
    .command(VersionCommand.self),
    .command(HelpCommand.self),
  ]

  static let description = CommandDescription(
    name: "octet",
    summary: "small int8 neural networks, from training to a microcontroller",
    options: [OptionDescription("version", short: "V", help: "print the version and exit")],
    examples: [
      "octet train --recipe cnn-two-pool", "octet quantize cnn-two-pool.safetensors",
      "octet evaluate cnn-two-pool.octet --against cnn-two-pool.safetensors", "octet help train",
    ],
    subcommands: nodes.map(\.subcommand),
    otherNames: [
      "info": "inspect", "show": "inspect", "summary": "inspect", "describe": "inspect",
      "convert": "quantize", "quantise": "quantize", "diff": "compare", "versus": "compare", "cmp": "compare",
      "compress": "quantize", "import": "quantize", "test": "evaluate", "validate": "evaluate",
      "run": "classify",
      "recognize": "classify", "infer": "predict", "benchmark": "bench", "time": "bench", "speed": "bench",
      "page": "report", "plot": "report", "visualise": "report", "visualize": "report", "view": "report",
      "play": "draw", "try": "draw", "web": "draw",
      "save": "export", "download": "data fetch", "fetch": "data fetch", "dataset": "data",
      "datasets": "data",
      "layers": "operators", "ops": "operators", "learn": "train",
    ])
}
