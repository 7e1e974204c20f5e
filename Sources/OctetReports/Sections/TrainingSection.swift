import OctetCommandLine
import OctetData
import OctetTraining

/// How a training run went, epoch by epoch, and what to think of it.
package struct TrainingSection {
  private let history: [EpochRecord]
  private let settings: [(name: String, value: String)]
  private let keepsBest: Bool

  /// - Parameters:
  ///   - history: at least one epoch.
  ///   - settings: how the run was set, by name.
  ///   - keepsBest: whether training went back to the weights of the best epoch.
  package init(history: [EpochRecord], settings: [(name: String, value: String)], keepsBest: Bool) {
    precondition(!history.isEmpty, "there are epochs")
    self.history = history
    self.settings = settings
    self.keepsBest = keepsBest
  }

  package var section: Section {
    var facts: [Section.Fact] = [
      .init("Epochs", "\(history.count)"), .init("Best epoch", "\(best.epoch)"),
      .init("Training loss at the end", NumberText.fixed(last.loss, decimals: 4)),
    ]
    if let accuracy = last.accuracy {
      facts.append(.init("Training accuracy", NumberText.percent(accuracy, decimals: 2)))
    }
    if let loss = last.validationLoss {
      facts.append(.init("Validation loss", NumberText.fixed(loss, decimals: 4)))
    }
    if let accuracy = last.validationAccuracy {
      facts.append(.init("Validation accuracy", NumberText.percent(accuracy, decimals: 2)))
    }
    if let seconds {
      facts.append(.init("Time of all epochs", NumberText.duration(seconds: seconds.reduce(0, +))))
    }
    var blocks: [Section.Block] = [
      .facts(facts), .notes(notes), .figures([loss] + accuracy + [rate] + (seconds.map { [time($0)] } ?? [])),
      .table(epochs),
    ]
    if !settings.isEmpty {
      var table = PageTable("Settings", columns: ["Setting", "Value"], words: [1])
      for (name, value) in settings { table.add([name, value]) }
      blocks.append(.table(table))
    }
    return Section("training", title: "Training", blocks)
  }

  private var last: EpochRecord { history[history.count - 1] }
  private var hasValidation: Bool { history.contains { $0.validationLoss != nil } }

  /// The first of the best by what early stopping watched, else by the loss on validation images, or on training
  /// images where there are none.
  private var best: EpochRecord { history.min { $0.isBetter(than: $1) } ?? last }

  /// What the best epoch has.
  private var reason: String {
    guard last.watched != nil else { return "the smallest \(watched) loss" }
    return "the largest \(settings.first { $0.name == "watch" }?.value ?? "accuracy")"
  }

  // MARK: what to think of it

  package var notes: [String] {
    var notes = [
      keepsBest
        ? "The model has the weights of epoch \(best.epoch), which had \(reason)."
        : "The model has the weights of the last epoch; \(reason) was that of epoch \(best.epoch)."
    ]
    if history.count > 1, last.loss >= history[0].loss {
      notes.append(
        """
        The training loss did not fall (\(text(history[0].loss)) to \(text(last.loss))): the learning rate \
        may be too large, or the network unable to learn this.
        """)
    }
    guard hasValidation, let lastLoss = last.validationLoss, let bestLoss = best.validationLoss else {
      notes.append(
        "There were no validation images (--validation-split), so overfitting cannot be seen here.")
      return notes
    }
    var isOverfitting = false
    if best.epoch < last.epoch, lastLoss > 1.03 * bestLoss, last.loss < best.loss {
      isOverfitting = true
      notes.append(
        """
        Sign of overfitting: after epoch \(best.epoch) the validation loss rose from \(text(bestLoss)) to \
        \(text(lastLoss)) while the training loss fell from \(text(best.loss)) to \(text(last.loss)). \
        \(keepsBest ? "Early stopping went back." : "--early-stopping would keep the best epoch.")
        """)
    }
    if let accuracy = last.validationAccuracy, let own = last.accuracy, own - accuracy > 0.01 {
      isOverfitting = true
      notes.append(
        """
        Sign of overfitting: the training accuracy ends \
        \(NumberText.fixed(100 * (own - accuracy), decimals: 2)) points above the validation accuracy. \
        Augmentation, dropout or more images help.
        """)
    }
    if !isOverfitting {
      notes.append(
        "No sign of overfitting: the validation loss ends at \(text(lastLoss)), its smallest was \(text(bestLoss))."
      )
    }
    if best.epoch == last.epoch, history.count > 2 {
      notes.append("The last epoch is the best: more epochs may give more.")
    }
    return notes
  }

  private var watched: String { hasValidation ? "validation" : "training" }

  private func text(_ loss: Double) -> String { NumberText.fixed(loss, decimals: 4) }

  // MARK: charts

  private func series(
    _ training: (EpochRecord) -> Double, _ validation: (EpochRecord) -> Double?
  ) -> [LineChart.Series] {
    var series = [LineChart.Series(name: "training", values: history.map(training), style: .first)]
    if hasValidation {
      series.append(.init(name: "validation", values: history.map(validation), style: .second))
    }
    return series
  }

  private var mark: (position: Int, name: String) {
    let place = history.firstIndex { $0.epoch == best.epoch } ?? 0
    return (place + 1, "best")
  }

  private var loss: Figure {
    let ending = last.validationLoss.map { ", ending at \(text($0)) on validation images" } ?? ""
    let words = "From \(text(history[0].loss)) to \(text(last.loss)) on training images\(ending)."
    return Figure(
      name: "loss", title: "Loss",
      caption:
        "\(words) The training loss is measured while the weights change, with dropout and augmentation.",
      drawing: LineChart(
        series: series(\.loss, \.validationLoss), xName: "epoch", startsAtZero: true, mark: mark,
        alternative: "Loss of \(history.count) epochs. \(words) Best epoch: \(best.epoch)."
      ).drawing())
  }

  /// None where no classes are learned.
  private var accuracy: [Figure] {
    guard let first = history[0].accuracy, let end = last.accuracy else { return [] }
    func percent(_ share: Double) -> String { NumberText.percent(share, decimals: 2) }
    let ending = last.validationAccuracy.map { ", ending at \(percent($0)) on validation images" } ?? ""
    let words =
      "From \(percent(first)) to \(percent(end)) on training images\(ending)."
    let chart = LineChart(
      series: series({ $0.accuracy ?? 0 }, \.validationAccuracy), xName: "epoch", startsAtZero: false,
      highest: 1, mark: mark, unit: " %", factor: 100,
      alternative: "Accuracy of \(history.count) epochs. \(words)")
    return [Figure(name: "accuracy", title: "Accuracy", caption: words, drawing: chart.drawing())]
  }

  private var rate: Figure {
    Figure(
      name: "learning-rate", title: "Learning rate",
      drawing: LineChart(
        series: [
          .init(name: "learning rate", values: history.map { Double($0.learningRate) }, style: .third)
        ],
        xName: "epoch", startsAtZero: true,
        alternative: "Learning rate from \(history[0].learningRate) to \(last.learningRate)."
      ).drawing())
  }

  /// Of each epoch; nil for a model from a file, which has no times.
  private var seconds: [Double]? {
    let seconds = history.compactMap(\.seconds)
    return seconds.count == history.count ? seconds : nil
  }

  private func time(_ seconds: [Double]) -> Figure {
    let mean = seconds.reduce(0, +) / Double(seconds.count)
    return Figure(
      name: "time", title: "Time of each epoch",
      caption: "\(NumberText.fixed(mean, decimals: 1)) s in the mean, without the validation images.",
      drawing: LineChart(
        series: [.init(name: "seconds", values: seconds, style: .fourth)], xName: "epoch", startsAtZero: true,
        unit: " s",
        alternative: "Seconds of \(history.count) epochs, \(NumberText.fixed(mean, decimals: 1)) in the mean."
      ).drawing())
  }

  private var epochs: PageTable {
    let share = last.accuracy == nil ? [] : ["Accuracy"]
    var table = PageTable(
      "Epochs",
      columns: ["Epoch", "Loss"] + share + (hasValidation ? ["Validation loss"] + share : []) + [
        "Learning rate"
      ] + (seconds == nil ? [] : ["Time"]))
    for record in history {
      var row = [
        "\(record.epoch)\(record.epoch == best.epoch ? " (best)" : "")", text(record.loss),
      ]
      if let accuracy = record.accuracy { row.append(NumberText.percent(accuracy, decimals: 2)) }
      if hasValidation {
        row.append(record.validationLoss.map(text) ?? "")
        if !share.isEmpty {
          row.append(record.validationAccuracy.map { NumberText.percent($0, decimals: 2) } ?? "")
        }
      }
      row.append("\(record.learningRate)")
      if seconds != nil { row.append(NumberText.duration(seconds: record.seconds ?? 0)) }
      table.add(row)
    }
    return table
  }
}
