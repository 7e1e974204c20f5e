import OctetCommandLine

/// The score sheet of `Tools/bench tiny`: networks with what they take and give, beside other programs. Its members are
/// those of the script's JSON, with capitals for underscores; what a program could not do is missing.
package struct ScoreSheet: Decodable, Sendable {
  package struct Network: Decodable, Sendable {
    let network: String
    let multiplyAdds: Int
    let values: Int
    let different: Int
    let tfliteBytes: Int
    let fileBytes: Int
    let arenaBytes: Int
    let heldArenaBytes: Int
    let tflmArenaBytes: Int?
    let score: Score?
    /// For an image, by program; with `_batch` in a batch.
    let seconds: [String: Double?]
    let boards: [String: Board?]
  }

  package struct Score: Decodable, Sendable {
    /// `accuracy` or `auc`.
    let name: String
    let value: Double
    let items: Int
  }

  package struct Board: Decodable, Sendable {
    let instructionsPerInference: Int
    let codeBytes: Int
    let ramBytes: Int
  }

  /// The processor, in words.
  let machine: String
  /// Octet's.
  package let version: String
  /// Names and versions of the other programs.
  let programs: [String]
  let batch: Int
  let boards: [String]
  let networks: [Network]

  package var about: String {
    "Int8 networks of MLPerf Tiny as Octet runs them, beside \(programs.joined(separator: ", ")). "
      + "All from one run on \(machine)."
  }

  package var sections: [Section] { [results, memory, time] + (boards.isEmpty ? [] : [instructions]) }

  private var results: Section {
    var table = PageTable(
      "",
      columns: [
        "network", "multiply-adds", "values compared", "different", "accuracy or AUC", "items",
        ".tflite bytes",
        ".octet bytes",
      ])
    for row in networks {
      table.add([
        row.network, Self.grouped(row.multiplyAdds), Self.grouped(row.values), Self.grouped(row.different),
        row.score.map(Self.words) ?? "", Self.grouped(row.score?.items), Self.grouped(row.tfliteBytes),
        Self.grouped(row.fileBytes),
      ])
    }
    return Section(
      "results", title: "Results",
      [
        .paragraph(
          "Every integer before a closing softmax is compared with LiteRT's reference kernels, on random inputs. "
            + "Accuracy and AUC are those of the int8 files, where there is data."), .table(table),
      ])
  }

  private var memory: Section {
    var table = PageTable(
      "Bytes of memory as a table",
      columns: ["network", "Octet", "Octet, input held", "TensorFlow Lite Micro", "factor"],
      isFolded: true)
    for row in networks {
      table.add([
        row.network, Self.grouped(row.arenaBytes), Self.grouped(row.heldArenaBytes),
        Self.grouped(row.tflmArenaBytes),
        Self.fixed(row.tflmArenaBytes.map { Double($0) / Double(max(row.arenaBytes, 1)) }),
      ])
    }
    let chart = bars("Bytes of arena", [("Octet", .first), ("TensorFlow Lite Micro", .second)]) { row in
      [row.arenaBytes, row.tflmArenaBytes].map { bytes in
        bytes.map { (Double($0), NumberText.grouped($0)) }
      }
    }
    return Section(
      "memory", title: "Memory",
      [
        .figures([Figure(name: "tiny-memory", title: "Bytes of memory to run", isWide: true, drawing: chart)]
        ),
        .table(table),
      ])
  }

  private var time: Section {
    func microseconds(_ row: Network, _ program: String) -> Double? {
      (row.seconds[program] ?? nil).map { $0 * 1e6 }
    }
    func figure(_ suffix: String, _ name: String, _ title: String) -> Figure {
      let programs: [(String, SeriesStyle)] = [
        ("Octet", .first), ("LiteRT", .second), ("ONNX Runtime", .third),
      ]
      let drawing = bars(title, programs) { row in
        ["octet", "litert", "onnxruntime"].map { program in
          microseconds(row, program + suffix).map { ($0, Self.fixed($0)) }
        }
      }
      return Figure(name: name, title: title, drawing: drawing)
    }
    var table = PageTable(
      "Microseconds as a table",
      columns: [
        "network", "Octet", "LiteRT", "factor", "ONNX Runtime", "factor", "Octet, batch", "LiteRT, batch",
        "factor", "ONNX Runtime, batch", "factor",
      ], isFolded: true)
    for row in networks {
      var cells = [row.network]
      for suffix in ["", "_batch"] {
        let own = microseconds(row, "octet" + suffix)
        cells.append(Self.fixed(own))
        for program in ["litert", "onnxruntime"] {
          let other = microseconds(row, program + suffix)
          cells.append(Self.fixed(other))
          cells.append(Self.fixed(own.flatMap { own in other.map { $0 / own } }))
        }
      }
      table.add(cells)
    }
    return Section(
      "time", title: "Time",
      [
        .paragraph(
          "Microseconds for an image on one thread, alone and in batches of \(batch), on random inputs: medians of "
            + "several turns. A factor is the other program's time to Octet's."),
        .figures([
          figure("", "tiny-time", "Microseconds for an image"),
          figure("_batch", "tiny-time-batch", "Microseconds for an image of a batch"),
        ]), .table(table),
      ])
  }

  private var instructions: Section {
    func table(_ title: String, _ value: (Board) -> Int) -> Section.Block {
      var table = PageTable(title, columns: ["network"] + boards)
      for row in networks {
        table.add([row.network] + boards.map { Self.grouped((row.boards[$0] ?? nil).map(value)) })
      }
      return .table(table)
    }
    return Section(
      "boards", title: "Boards",
      [
        .paragraph(
          "Emulated, with the whole test firmware. Instructions are not cycles. A cell is empty where the network "
            + "does not fit the board."),
        table("Instructions for an image") { $0.instructionsPerInference },
        table("Bytes of code") { $0.codeBytes }, table("Bytes of RAM") { $0.ramBytes },
      ])
  }

  /// A bar for each series of each network, by the values' lengths and words; nil where there is none.
  private func bars(
    _ title: String, _ series: [(String, SeriesStyle)], _ values: (Network) -> [(Double, String)?]
  ) -> Drawing {
    let rows = networks.map { row in
      BarChart.Row(
        label: row.network,
        bars: zip(series, values(row)).map { series, value in
          BarChart.Bar(value: value?.0, text: value?.1 ?? "none", style: series.1)
        })
    }
    let words = zip(networks, rows).map { network, row in
      network.network + " " + zip(series, row.bars).map { "\($0.0) \($1.text)" }.joined(separator: ", ")
    }
    return BarChart(
      rows: rows, legend: series.map { ($0.0, $0.1) },
      alternative: "\(title): \(words.joined(separator: "; "))", width: 460
    ).drawing()
  }

  private static func words(_ score: Score) -> String {
    score.name == "accuracy"
      ? NumberText.percent(score.value, decimals: 2) : NumberText.fixed(score.value, decimals: 4)
  }

  private static func grouped(_ number: Int?) -> String { number.map { NumberText.grouped($0) } ?? "" }

  private static func fixed(_ number: Double?) -> String {
    number.map { NumberText.fixed($0, decimals: $0 < 10 ? 2 : 1) } ?? ""
  }
}
