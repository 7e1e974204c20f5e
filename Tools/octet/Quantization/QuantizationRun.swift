import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetInterchange
import OctetQuantization
import OctetReports
import OctetText
import OctetTraining

/// Carries out a plan: quantize, write, report, compare.
struct QuantizationRun {
  private let plan: QuantizationPlan

  init(_ plan: QuantizationPlan) { self.plan = plan }

  func run() throws {
    try AtomicFile.requireWritable(path: plan.outputPath)
    let test = plan.data.test
    let outputs = try plan.model.outputDescriptions()
    let tested = try TargetedItems(
      test, outputs: outputs, input: GivenInput(plan.model, pixels: plan.pixels), origin: plan.data.origin)
    if plan.target != nil, outputs.count == 1, outputs[0].meaning == .classes {
      try test.requireClasses(plan.data.origin, ReportOption.purpose)
    }
    let workers = Workers(count: plan.threads)
    var settings = plan.settings
    var chosen: BudgetText?
    if let budget = plan.budget {
      let bar = plan.isQuiet ? nil : ProgressBar(label: "budget", total: 100)
      let found = try BitBudget(
        plan.model, images: plan.data.training, settings: settings, bytes: budget, workers: workers
      ) { done, steps in bar?.update(done: 100 * done / steps) }
      bar?.clear()
      settings.encodings = found.encodings
      chosen = BudgetText(budget: budget, found: found)
    }
    var (quantized, images, repair) = try quantize(settings, workers)
    if let chosen, !plan.isJSON, !plan.isQuiet { try StandardOutput.write(chosen.text() + "\n") }
    if let repair, !plan.isJSON, !plan.isQuiet { try StandardOutput.write(repair.text() + "\n") }
    var epochs: [Finetuning.Epoch] = []
    if let finetuning = plan.finetuning {
      let isTold = !plan.isQuiet && !plan.isJSON
      let result = try Finetuning(
        finetuning, of: plan.model, images: plan.data.training, outputPath: plan.outputPath,
        isQuiet: plan.isQuiet,
        workers: workers
      ).run(quantized) { sentence in
        if isTold { try StandardOutput.write("\(sentence)\n") }
      } tell: { epoch in
        guard isTold else { return }
        try StandardOutput.write("\(epoch.line)\n")
        try StandardOutput.flush()
      }
      (quantized, epochs) = (result.network, result.epochs)
    }
    // For the figures: what a repair has chosen.
    if let repair { settings.method = repair.repair.method }
    if let fault = quantized.model.fault { throw QuantizationError.limit(fault) }
    let file = OctetFile(quantized.model)
    // What the runtime would refuse is not written.
    let model = try Model(copying: file.bytes, workLimit: .max)
    try file.write(to: plan.outputPath)
    if plan.isQuiet, plan.target == nil { return }

    let report = try QuantizationReport(quantized, images: images, workers: workers)
    if !plan.isJSON, !plan.isQuiet {
      try StandardOutput.write(
        "Data: \(plan.data.origin.shown)\n\(model.inputText)\n\(OutputWords.meanings(outputs))")
      try StandardOutput.write(
        QuantizationText(
          report, settings: settings, calibrationImages: images.count, noun: images.values.noun
        ).text())
      try StandardOutput.write(
        "Wrote \(plan.outputPath.shown): \(NumberText.grouped(file.bytes.count)) bytes, "
          + "\(model.memoryText)\n\n")
    }
    let answers = ModelAnswers(items: tested, workers: workers, showsProgress: !plan.isQuiet)
    let found = try answers.run(float: (plan.modelPath, plan.model), integer: model).outputs
    let words = OutputWords(outputs: found, items: tested)
    let figures = OutputJSON(outputs: found, items: tested)
    var warnings = FigureWarnings()
    if !plan.isQuiet {
      warnings.add(calibrationImages: images.count)
      let saturation = try QuantizationReport.saturation(quantized, images: test, workers: workers)
      warnings.add(report, tested: saturation)
      warnings.add(
        found, FigureWarnings.Cause(path: plan.modelPath, pixels: plan.pixels, values: test.values))
      warnings.add(anomalies: tested, found)
      warnings.add(unused: tested, outputs)
    }
    if plan.isJSON, !plan.isQuiet {
      try StandardOutput.write(
        JSONValue.object(
          [
            ("model", .string(plan.outputPath)), ("float_model", .string(plan.modelPath)),
            ("data", .string(plan.data.origin)), ("pictures", InspectionJSON.form(model.pictureForm)),
            ("file_bytes", .integer(file.bytes.count)),
            ("weight_bytes", .integer(quantized.model.weightBytes)),
            ("arena_bytes", .integer(model.ownArenaBytes)),
            ("method", .string(settings.method.rawValue)),
            ("calibration_images", .integer(images.count)),
          ] + (chosen.map { [("budget", $0.json)] } ?? [])
            + (epochs.isEmpty ? [] : [("finetuning", .array(epochs.map(\.json)))])
            + (repair.map { [("repair", $0.json)] } ?? []) + model.regionMembers
            + QuantizationJSON.members(report) + figures.members + [
              ("warnings", warnings.json)
            ]
        ).text + "\n")
    } else if !plan.isQuiet {
      try StandardOutput.write(words.text)
    }
    // Behind what is printed: a full disk loses no result.
    if let target = plan.target {
      let measurement = QuantizationMeasurement(
        quantized: quantized, report: report, images: images, workers: workers)
      try target.write(
        try page(
          measurement, repair, OctetModelFile(path: plan.outputPath, model: model, bytes: file.bytes), tested,
          found))
      if !plan.isJSON, !plan.isQuiet { try StandardOutput.write("\n" + target.announcement) }
    }
    if !plan.isQuiet { try warnings.write() }
  }

  /// The integers, the images that their ranges were taken from, and what a repair did.
  private func quantize(
    _ settings: QuantizationSettings, _ workers: Workers
  ) throws -> (QuantizedNetwork, LabeledItems, RepairText?) {
    if plan.repairs {
      var bar: ProgressBar?
      let start = monotonicTime()
      let repair = try Repair(
        plan.model, images: plan.data.training, settings: settings, byteLimit: plan.budget, workers: workers
      ) { state in
        guard !plan.isQuiet else { return }
        if bar == nil { bar = ProgressBar(label: "repair", total: state.expected) }
        bar?.update(done: min(state.tried, state.expected - 1), trailing: [state.doing])
      }
      bar?.clear()
      return (repair.quantized, repair.images, RepairText(repair, time: monotonicTime() - start))
    }
    let quantizer = try Quantizer(
      plan.model, images: plan.data.training, settings: settings, workers: workers)
    let bar = plan.isQuiet ? nil : ProgressBar(label: "quantize", total: quantizer.steps)
    let quantized = try quantizer.run { bar?.update(done: $0) }
    bar?.clear()
    return (quantized, quantizer.images, nil)
  }

  private func page(
    _ measurement: QuantizationMeasurement, _ repair: RepairText?, _ file: OctetModelFile,
    _ tested: TargetedItems, _ found: [OutputResult]
  ) throws -> Page {
    let sizes = ReportSizes.of(plan.model, file)
    let sections = OutputSections(items: tested, outputs: found)
    let method = repair?.repair.method ?? plan.settings.method
    return Page(
      title: "Quantization of \(Folder.name(of: plan.modelPath))",
      about:
        "Method: \(method.rawValue), from \(measurement.images.count) images. Data: \(plan.data.origin).",
      sections.comparisons + (repair.map { [$0.section] } ?? []) + [
        try measurement.section(sizes: sizes),
        try IntegerNetworkReport(file: file).section(ChosenImage(items: tested, index: 0, outputs: found)),
      ] + sections.evaluations)
  }
}

extension Model {
  /// What it takes in, in a line.
  var inputText: String {
    inputKind == .features ? "Input: features" : "Pictures: \(pictureForm.words)"
  }
}
