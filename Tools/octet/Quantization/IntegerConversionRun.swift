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
  let located: DataOption.Located
  let options: ForeignModelOptions
  let threads: Int
  let isQuiet: Bool
  let isJSON: Bool
  /// Nil without a page.
  let target: ReportTarget?

  func run() throws {
    try AtomicFile.requireWritable(path: outputPath)
    // Checked even where nothing is tested: a model of other classes or pictures than these is not what was meant.
    let made = try IntegerConversion(network, located, options)
    let (quantized, file, model, kept) = (made.quantized, made.file, made.model, made.data)
    try file.write(to: outputPath)
    if isQuiet, target == nil { return }
    let images = kept.test ?? kept.train
    let answers = ModelAnswers(images: images, workers: Workers(count: threads), showsProgress: !isQuiet)
    let found = try answers.integer(model)
    let confusion = found.confusion(images)
    var warnings = FigureWarnings()
    warnings.add("int8", confusion, FigureWarnings.Cause(path: network.path, pixels: options.pixels))
    defer { if !isQuiet { try? warnings.write() } }
    if isJSON, !isQuiet {
      try StandardOutput.write(
        JSONValue.object(
          [
            ("model", .string(outputPath)), ("integer_model", .string(network.path)),
            ("data", .string(kept.origin)), ("pictures", InspectionJSON.form(model.pictureForm)),
            ("file_bytes", .integer(file.bytes.count)),
            ("weight_bytes", .integer(quantized.layers.reduce(0) { $0 + $1.weights.count })),
            ("arena_bytes", .integer(model.arenaBytes)),
          ] + ComparisonJSON.members(confusion) + [("warnings", warnings.json)]
        ).text + "\n")
    } else if !isQuiet {
      try StandardOutput.write(
        """
        Data: \(kept.origin.shown)
        Pictures: \(model.pictureForm.words)
        Took over the integers of \(network.path.shown): \(model.layerCount) layers, nothing calibrated
        Wrote \(outputPath.shown): \(NumberText.grouped(file.bytes.count)) bytes, \
        \(NumberText.grouped(model.arenaBytes)) bytes of memory to run


        """)
      try StandardOutput.write(ConfusionText(confusion).text(name: "Test images"))
    }
    // Behind what is printed: a full disk loses no result.
    if let target {
      let sections = [
        EvaluationSection(images: images, answers: found).section,
        try IntegerNetworkReport(file: OctetModelFile.open(outputPath)).section(
          ChosenImage(images: images, index: 0, answers: found)),
      ]
      try target.write(
        Page(
          title: "Conversion of \(Folder.name(of: network.path))", about: "Data: \(kept.origin).", sections))
    }
  }
}
