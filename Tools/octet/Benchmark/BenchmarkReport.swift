import Octet
import OctetCommandLine
import OctetHostKernels
import OctetInterchange
import OctetText

/// What was measured, for people and for programs.
struct BenchmarkReport {
  let file: OctetModelFile
  let kernels: String
  let images: String
  let latency: Timings
  /// The first is that of one thread.
  let throughputs: [ModelBenchmark.Throughput]
  /// Bytes of memory that the process grew by, from before the model was opened to after the first answer; nil where
  /// the system does not say.
  let memory: Int?
  /// Nil without `--layers`.
  let layers: [Double]?
  /// Of each layer, with `--layers`.
  let bounds: [LayerBound?]
  let rates: KernelRates?

  private var peak: Double? { rates?.multiplyAdds }

  private var multiplyAdds: Int { (0..<file.model.layerCount).reduce(0) { $0 + file.multiplyAdds(of: $1) } }

  func text() -> String {
    var text = "\(file.path.shown): kernels \(kernels), \(images.shown)\n"
    text +=
      "latency     \(micro(latency.median)) µs for one image (\(micro(latency.least)) to \(micro(latency.most)))\n"
    for throughput in throughputs {
      let rate = throughput.imagesPerSecond
      let threads = throughput.threads == 1 ? "1 thread" : "\(throughput.threads) threads"
      text +=
        "throughput  \(whole(rate.median)) images/s on \(threads)"
        + " (\(whole(rate.least)) to \(whole(rate.most)))"
      if throughput.threads > 1 {
        let times = throughput.timesTheFirst
        text +=
          ", \(hundredths(times.median)) times one thread (\(hundredths(times.least)) to \(hundredths(times.most)))"
      }
      text += "\n"
    }
    if let memory {
      text += "memory      \(NumberText.grouped(memory)) bytes for model, weights laid out, and arena\n"
    }
    if let peak {
      text += "the machine \(giga(peak)) billion multiply-adds/s of a thread that does nothing else\n"
    }
    if let layers { text += "\n" + table(layers) }
    return text
  }

  private func table(_ layers: [Double]) -> String {
    // Without kernels for this machine's instructions there is nothing to be near to.
    let hasBounds = rates != nil
    var table = TextTable(
      columns: [
        .init("layer"), .init("kind"), .init("µs", .right), .init("share", .right),
        .init("multiply-adds", .right),
      ]
        + (hasBounds
          ? [
            .init("of the peak", .right), .init("bound µs", .right, isDetail: true),
            .init("by", isDetail: true),
          ] : []))
    func addRow(_ cells: [String], _ bounds: [String]) { table.addRow(cells + (hasBounds ? bounds : [])) }
    let names = file.model.layerNames
    let sum = layers.reduce(0, +)
    for (index, seconds) in layers.enumerated() {
      let work = Double(file.multiplyAdds(of: index))
      addRow(
        [
          names[index], file.summary(of: index), micro(seconds),
          NumberText.percent(seconds / max(sum, 1e-12)), NumberText.grouped(file.multiplyAdds(of: index)),
        ],
        [
          peak.map { work > 0 && seconds > 0 ? NumberText.percent(work / seconds / $0) : "" } ?? "",
          bounds[index].map { micro($0.seconds) } ?? "", bounds[index]?.name ?? "",
        ])
    }
    table.addRule()
    let rest = max(0, latency.median - sum)
    addRow(["", "between layers, and the answer", micro(rest), "", ""], ["", "", ""])
    addRow(
      ["", "one image", micro(latency.median), "", NumberText.grouped(multiplyAdds)],
      [
        peak.map { NumberText.percent(Double(multiplyAdds) / latency.median / $0) } ?? "", micro(boundOfAll),
        "",
      ])
    return table.rendered()
  }

  /// The sum of the layers' bounds.
  private var boundOfAll: Double { bounds.reduce(0) { $0 + ($1?.seconds ?? 0) } }

  private func micro(_ seconds: Double) -> String { NumberText.fixed(seconds * 1e6, decimals: 2) }
  private func hundredths(_ value: Double) -> String { NumberText.fixed(value, decimals: 2) }
  private func giga(_ rate: Double) -> String { NumberText.fixed(rate / 1e9, decimals: 1) }
  private func whole(_ rate: Double) -> String { NumberText.grouped(Int(rate)) }

  func json() -> JSONValue {
    var members: [(name: String, value: JSONValue)] = [
      ("file", .string(file.path)), ("kernels", .string(kernels)), ("images", .string(images)),
      ("multiply_adds", .integer(multiplyAdds)), ("latency_seconds", spread(latency)),
      (
        "throughput",
        .array(
          throughputs.map {
            .object([
              ("threads", .integer($0.threads)), ("images_per_second", spread($0.imagesPerSecond)),
              ("times_one_thread", spread($0.timesTheFirst)),
            ])
          })
      ),
      ("memory_bytes", memory.map { .integer($0) } ?? .null),
      ("peak_multiply_adds_per_second", peak.map { .number($0) } ?? .null),
      ("second_cache_bytes_per_second", rates.map { .number($0.secondCache) } ?? .null),
    ]
    if let layers {
      let names = file.model.layerNames
      members.append(
        (
          "layers",
          .array(
            layers.enumerated().map { index, seconds in
              .object([
                ("name", .string(names[index])),
                ("summary", .string(file.summary(of: index))), ("seconds", .number(seconds)),
                ("multiply_adds", .integer(file.multiplyAdds(of: index))),
                ("bound_seconds", bounds[index].map { .number($0.seconds) } ?? .null),
                ("bound_by", bounds[index].map { .string($0.name) } ?? .null),
              ])
            })
        ))
    }
    return .object(members)
  }

  private func spread(_ timings: Timings) -> JSONValue {
    .object([
      ("least", .number(timings.least)), ("median", .number(timings.median)), ("most", .number(timings.most)),
    ])
  }
}
