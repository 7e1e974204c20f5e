import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetQuantization
import OctetReports
import OctetText

/// `octet quantize` of a full-integer .tflite file: its integers are kept, and nothing is calibrated.
struct IntegerConversionRun {
  let network: LiteNetwork
  let outputPath: String
  /// What it is tested on; nil for nothing.
  let located: DataOption.Located?
  let pictures: DataRequest
  let options: ForeignModelOptions
  let memory: MemoryOption
  let threads: Int
  let isQuiet: Bool
  let isJSON: Bool
  /// Nil without a page.
  let target: ReportTarget?

  func run() throws {
    try AtomicFile.requireWritable(path: outputPath)
    // Checked even where nothing is tested: a model of other classes or pictures than these is not what was meant.
    let made = try IntegerConversion(network, located, pictures, options, memory: memory)
    let model = made.model
    let tested = try made.data.map { data in
      try TargetedItems(
        (data.test ?? data.train).withScale(of: model), outputs: made.outputs,
        input: made.input, origin: data.origin)
    }
    if let tested, let data = made.data, target != nil {
      try ModelData.requireTargets(tested, made.outputs, data.origin, ReportOption.purpose)
    }
    try made.file.write(to: outputPath)
    if isQuiet, target == nil { return }
    // Without targets a model alone cannot be tested.
    guard let kept = made.data, let tested, tested.targets.contains(where: \.isKnown) else {
      return try writeUntested(made)
    }
    let answers = ModelAnswers(items: tested, workers: Workers(count: threads), showsProgress: !isQuiet)
    let found = try answers.run(float: nil, integer: model).outputs
    let words = OutputWords(outputs: found, items: tested)
    let figures = OutputJSON(outputs: found, items: tested)
    var warnings = FigureWarnings()
    warnings.add(
      found,
      FigureWarnings.Cause(path: network.path, pixels: options.pixels, values: tested.items.values))
    warnings.add(anomalies: tested, found)
    defer { if !isQuiet { try? warnings.write() } }
    if isJSON, !isQuiet {
      try StandardOutput.write(
        JSONValue.object(members(made) + figures.members + [("warnings", warnings.json)]).text + "\n")
    } else if !isQuiet {
      try StandardOutput.write("Data: \(kept.origin.shown)\n\(text(made))\n")
      try StandardOutput.write(words.text)
    }
    // Behind what is printed: a full disk loses no result.
    if let target {
      let sections =
        OutputSections(items: tested, outputs: found).sections + [
          try IntegerNetworkReport(file: OctetModelFile.open(outputPath)).section(
            ChosenImage(items: tested, index: 0, outputs: found))
        ]
      try target.write(
        Page(
          title: "Conversion of \(Folder.name(of: network.path))", about: "Data: \(kept.origin).", sections))
    }
  }

  private func writeUntested(_ made: IntegerConversion) throws {
    if isQuiet { return }
    try StandardOutput.write(
      isJSON
        ? JSONValue.object(members(made) + OutputJSON.untested(made.outputs)).text + "\n" : text(made))
  }

  /// For programs.
  private func members(_ made: IntegerConversion) -> [(name: String, value: JSONValue)] {
    var members: [(name: String, value: JSONValue)] = [
      ("model", .string(outputPath)), ("integer_model", .string(network.path)),
    ]
    if let data = made.data { members.append(("data", .string(data.origin))) }
    return members + [
      ("pictures", InspectionJSON.form(made.model.pictureForm)),
      ("file_bytes", .integer(made.file.bytes.count)),
      ("weight_bytes", .integer(made.quantized.weightBytes)),
      ("arena_bytes", .integer(made.model.ownArenaBytes)),
    ] + made.model.regionMembers
  }

  /// For people.
  private func text(_ made: IntegerConversion) -> String {
    """
    \(made.model.inputText)
    \(OutputWords.meanings(made.outputs))\
    Took over the integers of \(network.path.shown): \(made.model.layerCount) layers, nothing calibrated
    Wrote \(outputPath.shown): \(NumberText.grouped(made.file.bytes.count)) bytes, \
    \(made.model.memoryText)

    """
  }
}
