/// How often answers are right that the model gives with each probability. On the diagonal the probabilities can be
/// believed.
struct ReliabilityChart {
  let bins: ReliabilityBins
  let alternative: String

  func drawing() -> Drawing {
    let (width, left, right, top, bottom) = (368.0, 44.0, 346.0, 30.0, 206.0)
    let (countsTop, countsBottom) = (240.0, 286.0)
    var drawing = Drawing(width: width, height: 318, alternative: alternative)
    func x(_ share: Double) -> Double { left + (right - left) * share }
    func y(_ share: Double) -> Double { bottom - (bottom - top) * share }
    for tick in [0, 0.25, 0.5, 0.75, 1.0] {
      drawing.line(left, y(tick), right, y(tick), "g")
      drawing.write("\(Int(tick * 100)) %", left - 5, y(tick) + 4, "m end")
      drawing.write("\(Int(tick * 100)) %", x(tick), countsBottom + 14, "m mid")
    }
    drawing.line(x(0), y(0), x(1), y(1), "dim")
    var path = Path()
    for bin in bins.bins where bin.count > 0 {
      if path.isEmpty { path.move(x(bin.confidence), y(bin.accuracy)) }
      path.line(x(bin.confidence), y(bin.accuracy))
    }
    drawing.path(path, "l1")
    for bin in bins.bins where bin.count > 0 {
      drawing.point(x(bin.confidence), y(bin.accuracy), .first, radius: 4)
    }
    drawing.line(left, bottom, right, bottom, "ax")
    drawing.write("answers that are right", left, 14, "m")
    drawing.write("answers given with that probability (logarithmic)", left, countsTop - 8, "m")
    let most = bins.bins.map(\.count).max() ?? 1
    let step = (right - left) / Double(bins.bins.count)
    for (index, bin) in bins.bins.enumerated() where bin.count > 0 {
      let height = (countsBottom - countsTop) * LogScale.share(bin.count, of: most)
      drawing.rectangle(
        left + step * Double(index) + 1, countsBottom - height, step - 2, height, "f1", opacity: 0.55,
        hint: "\(bin.count) answers")
    }
    drawing.line(left, countsBottom, right, countsBottom, "ax")
    drawing.write("probability of the answer", (left + right) / 2, countsBottom + 29, "m mid")
    return drawing
  }
}
