import OctetCommandLine
import OctetInterchange
import OctetTraining

/// `octet-bench matrices`: OpenBLAS against the Swift kernel at the sizes that training needs.
enum MatricesCommand: Command {
  static let name = "matrices"

  static let description = CommandDescription(
    name: name,
    summary: "time OpenBLAS and the Swift kernel on the matrix products of training",
    discussion:
      "Each product runs on one core, as in training, where the cores share out the images of a batch.",
    options: [
      OptionDescription(
        "recipes", takes: .text("LIST"), default: defaultRecipes.joined(separator: ","),
        help: "recipes whose products are timed, separated by commas"),
      OptionDescription(
        "seconds", takes: .text("S"), default: "0.3", help: "how long to time each product, about"),
      OptionDescription("json", help: "print one JSON object instead of the table"),
    ],
    examples: ["octet-bench matrices --recipes cnn-deep --seconds 0.05"])

  private static let defaultRecipes = ["binary-dense", "dense-dropout", "cnn-two-pool", "cnn-deep"]

  static func addFiles(_ arguments: ParsedArguments, to files: inout CommandFiles) {}

  static func run(_ arguments: ParsedArguments) throws {
    let seconds = try arguments.number("seconds", in: 0.001...60) ?? 0.3
    let names = arguments.value("recipes")?.split(separator: ",").map(String.init) ?? defaultRecipes
    var tasks: [MatrixTask] = []
    for name in names {
      guard let recipe = try Recipe.named(name) else {
        throw arguments.usageError(
          "there is no recipe '\(name)'; there are \(Recipe.builtInNames.joined(separator: ", "))")
      }
      tasks += try MatrixTask.tasks(of: recipe)
    }
    guard MatrixProduct.implementation == "OpenBLAS" else { throw BenchError.noOpenBLAS }
    let comparisons = tasks.map { MatrixComparison($0, seconds: seconds) }
    try StandardOutput.write(
      arguments.flag("json") ? json(comparisons).text + "\n" : table(comparisons, names: names))
  }

  private static func table(_ comparisons: [MatrixComparison], names: [String]) -> String {
    var table = TextTable(
      .init("network"), .init("layer"), .init("product"), .init("rows", .right), .init("columns", .right),
      .init("depth", .right), .init("OpenBLAS GFLOP/s", .right), .init("Swift GFLOP/s", .right),
      .init("OpenBLAS is faster by", .right))
    for name in names {
      let own = comparisons.filter { $0.task.network == name }
      for comparison in own {
        let task = comparison.task
        table.addRow(
          [
            task.network, task.layer, task.purpose.rawValue, "\(task.rows)", "\(task.columns)",
            "\(task.depth)",
          ]
            + rates(task.operations, comparison.openBLAS, comparison.swift))
      }
      let operations = own.reduce(0) { $0 + $1.task.operations }
      table.addRow(
        [name, "all", "", "", "", ""]
          + rates(operations, own.reduce(0) { $0 + $1.openBLAS }, own.reduce(0) { $0 + $1.swift }))
      table.addRule()
    }
    return table.rendered()
  }

  private static func rates(_ operations: Double, _ openBLAS: Double, _ swift: Double) -> [String] {
    [
      NumberText.fixed(operations / openBLAS / 1e9, decimals: 1),
      NumberText.fixed(operations / swift / 1e9, decimals: 1),
      NumberText.fixed(swift / openBLAS, decimals: 2) + "x",
    ]
  }

  private static func json(_ comparisons: [MatrixComparison]) -> JSONValue {
    let products = comparisons.map { comparison in
      let task = comparison.task
      return JSONValue.object([
        ("network", .string(task.network)), ("layer", .string(task.layer)),
        ("product", .string(task.purpose.rawValue)), ("rows", .integer(task.rows)),
        ("columns", .integer(task.columns)), ("depth", .integer(task.depth)),
        ("openblas_gflops", .number(task.operations / comparison.openBLAS / 1e9)),
        ("swift_gflops", .number(task.operations / comparison.swift / 1e9)),
        ("difference", .number(Double(comparison.difference))),
      ])
    }
    return .object([("part", "matrices"), ("products", .array(products))])
  }
}
