import OctetCommandLine
import OctetQuantization
import OctetTraining

/// What quantization did to each layer: the noise it added, and how well the integers fit the values.
package struct QuantizationSection {
  private let report: QuantizationReport
  private let distributions: [LayerDistribution]
  private let sizes: [(name: String, bytes: Int)]

  /// - Parameter sizes: what to compare: files and memory.
  package init(
    report: QuantizationReport, distributions: [LayerDistribution], sizes: [(name: String, bytes: Int)]
  ) {
    self.report = report
    self.distributions = distributions
    self.sizes = sizes
  }

  package var section: Section {
    var notes: [String] = []
    if let costliest = report.costliest {
      notes.append(
        "\(costliest.name) costs the most: quantized alone, it leaves \(decibels(costliest.atOutputs)) at the output."
      )
    }
    if let worst = report.layers.max(by: { $0.saturation < $1.saturation }), worst.saturation > 0 {
      notes.append(
        "\(NumberText.percent(worst.saturation, decimals: 3)) of the values of \(worst.name) lie beyond its integers."
      )
    } else {
      notes.append(
        "No value lies beyond its integers on the \(NumberText.grouped(report.images)) images used.")
    }
    return Section(
      "quantization", title: "Quantization",
      [
        .notes(notes),
        .figures([noise, size] + (report.layers.contains { $0.saturation > 0 } ? [saturation] : [])),
        .table(table),
        .paragraph(
          """
          Below: how often each integer is used, the bars growing with the logarithm. Orange at an end: \
          values beyond the integers.
          """),
        .figures(distributions.flatMap(\.figures)),
      ])
  }

  private func decibels(_ value: Double) -> String {
    value == .infinity
      ? "no noise" : value == -.infinity ? "no signal" : "\(NumberText.fixed(value, decimals: 1)) dB"
  }

  private var size: Figure {
    Figure(
      name: "size", title: "Size before and after",
      caption: sizes.count > 1 && sizes[1].bytes > 0
        ? "\(NumberText.fixed(Double(sizes[0].bytes) / Double(sizes[1].bytes), decimals: 2)) times smaller."
        : "",
      drawing: BarChart(
        rows: sizes.enumerated().map { index, size in
          BarChart.Row(
            label: size.name,
            bars: [
              .init(
                value: Double(size.bytes), text: "\(NumberText.grouped(size.bytes)) bytes",
                style: index == 0 ? .first : .second)
            ])
        },
        alternative: sizes.map { "\($0.name): \(NumberText.grouped($0.bytes)) bytes" }.joined(separator: "; ")
      ).drawing())
  }

  private var noise: Figure {
    let rows = report.layers.map { layer in
      BarChart.Row(
        label: layer.name,
        bars: [(layer.isolated, SeriesStyle.first), (layer.accumulated, .second)].map { value, style in
          .init(value: value.isFinite ? value : nil, text: decibels(value), style: style)
        })
    }
    return Figure(
      name: "noise", title: "Signal over the noise of quantization",
      caption:
        """
        Alone: the layer reads exact values. Accumulated: all layers before it are quantized too. 20 dB is \
        one tenth, 40 dB one hundredth of the signal.
        """,
      drawing: BarChart(
        rows: rows, legend: [("alone", .first), ("accumulated", .second)],
        alternative: "Decibels of \(rows.count) layers: "
          + report.layers.map {
            "\($0.name) \(decibels($0.isolated)) alone, \(decibels($0.accumulated)) accumulated"
          }
          .joined(separator: "; ")
      ).drawing())
  }

  private var saturation: Figure {
    Figure(
      name: "saturation", title: "Values beyond the integers",
      drawing: BarChart(
        rows: report.layers.map { layer in
          BarChart.Row(
            label: layer.name,
            bars: [
              .init(
                value: layer.saturation, text: NumberText.percent(layer.saturation, decimals: 4),
                style: .second)
            ])
        },
        alternative: "Saturation of \(report.layers.count) layers, at most "
          + NumberText.percent(report.layers.map(\.saturation).max() ?? 0, decimals: 4)
      ).drawing())
  }

  private var table: PageTable {
    var table = PageTable(
      "", columns: ["Layer", "Kind", "Output", "Type", "Scale", "Zero point", "At the output"], words: [1])
    for layer in report.layers {
      table.add([
        layer.name, layer.kind, "\(layer.output)", layer.encoding.elementBytes == 2 ? "int16" : "int8",
        "\(layer.encoding.scale)", "\(layer.encoding.zeroPoint)", decibels(layer.atOutputs),
      ])
    }
    return table
  }
}
