import Octet
import OctetClassification
import OctetCommandLine
import OctetHostKernels
import OctetImages
import OctetInterchange
import OctetReports
import OctetTraining

/// Classifies files on all cores and prints them in the order in which they were named.
///
/// Files are taken in chunks, so memory does not grow with their number.
struct ClassificationRun {
  enum Format {
    case lines, json, csv
  }

  let model: Model
  let kernels: HostKernels
  let fit: PictureFitting.Fit
  let inversion: PictureFitting.Inversion
  let format: Format
  let labels: LabelRule?
  /// Where the pictures as the network saw them go.
  let savedInputs: String?
  let workers: Workers
  /// Whether results and their pictures are kept for a page.
  let isReported: Bool
  /// How each picture is drawn under its line; nil for not at all.
  let style: TerminalStyle?
  /// Files that there will be, for the progress bar: 0 if nobody knows, nil for no bar.
  let total: Int?

  /// Large enough to keep the cores busy, small enough that results come soon.
  private static let chunk = 256

  /// One strand's classifier. A class, so that it stays where it is from chunk to chunk.
  private final class Strand {
    var classifier: PictureClassifier<HostKernels>
    var originals = OriginalPictures()

    init(_ run: ClassificationRun) throws(ClassifierError) {
      classifier = try PictureClassifier(
        run.model, kernels: run.kernels, fit: run.fit, inversion: run.inversion)
    }
  }

  private enum Outcome {
    /// With what is in the file, if a page wants it.
    case reading(Reading, GrayTile?)
    case failure(String)
  }

  /// How many files there were, and how they did.
  struct Summary {
    var files = 0
    var failures = 0
    var confusion: ConfusionMatrix?
    var section: ClassificationSection?
  }

  func run(_ source: PictureSource) throws -> Summary {
    var source = source
    let strands = try (0..<workers.count).map { _ in try Strand(self) }
    let classNames = model.labels
    let width = (0..<model.classCount).map { ReadingText.columns(model.label($0)) }.max() ?? 1
    var summary = Summary()
    if isReported { summary.section = ClassificationSection(classNames: classNames) }
    if labels != nil { summary.confusion = ConfusionMatrix(classNames: classNames) }
    if let savedInputs { try Folder.create(savedInputs) }
    if format == .csv { try StandardOutput.write("\(ReadingText.csvHeader)") }
    let bar = total.map { ProgressBar(label: "files", total: $0) }
    var text = ByteText()
    var items: [PictureSource.Item] = []
    while true {
      items.removeAll(keepingCapacity: true)
      while items.count < Self.chunk, let item = source.next() { items.append(item) }
      if items.isEmpty { break }
      let outcomes = classify(items, strands, side: summary.section?.side)
      bar?.clear()
      text.removeAll()
      for (item, outcome) in zip(items, outcomes) {
        try finish(item, outcome, labelWidth: width, classNames: classNames, &summary, &text)
      }
      try StandardOutput.write(String(decoding: text.bytes, as: UTF8.self))
      bar?.update(done: summary.files)
    }
    bar?.clear()
    return summary
  }

  /// - Parameter side: of the pictures that a page wants; nil for none.
  private func classify(_ items: [PictureSource.Item], _ strands: [Strand], side: Int?) -> [Outcome] {
    var outcomes = [Outcome](repeating: .failure(""), count: items.count)
    outcomes.withUnsafeMutableBufferPointer { places in
      // Each item is written by the one strand that took it.
      nonisolated(unsafe) let places = places
      workers.forEach(items.count) { index, strand in
        switch items[index] {
        case .failure(_, let reason): places[index] = .failure(reason)
        case .file(let path):
          do throws(PictureError) {
            let reading = try strands[strand].classifier.classify(path: path)
            let original = side.map { strands[strand].originals.tile(reading, path: path, side: $0) }
            places[index] = .reading(reading, original)
          } catch {
            places[index] = .failure(error.reason)
          }
        }
      }
    }
    return outcomes
  }

  private func finish(
    _ item: PictureSource.Item, _ outcome: Outcome, labelWidth: Int, classNames: [String],
    _ summary: inout Summary,
    _ text: inout ByteText
  ) throws {
    let path =
      switch item {
      case .file(let path), .failure(let path, _): path
      }
    summary.files += 1
    switch outcome {
    case .reading(let reading, let original):
      var truth: Int?
      if let labels {
        let label = labels.label(of: path)
        guard let found = classNames.firstIndex(of: label) else {
          return fail(
            "its label \"\(label)\" is none of the model's classes (\(classNames.joined(separator: ", ")))",
            path,
            &summary, &text)
        }
        summary.confusion?.add(truth: found, predicted: reading.classIndex)
        truth = found
      }
      if let original {
        summary.section?.add(
          PictureResult(
            name: path, original: original, seen: GrayTile(reading.picture), answer: reading.classIndex,
            probabilities: reading.probabilities, truth: truth))
      }
      if let savedInputs { try save(reading.picture, of: path, number: summary.files, in: savedInputs) }
      switch format {
      case .lines:
        ReadingText.line(reading, model: model, path: path, labelWidth: labelWidth, to: &text)
        if let style {
          text.append(
            AnswerText(
              seen: GrayTile(reading.picture), classNames: classNames, probabilities: reading.probabilities,
              style: style
            ).text)
        }
      case .json: ReadingText.json(reading, model: model, path: path, to: &text)
      case .csv: ReadingText.csv(reading, model: model, path: path, to: &text)
      }
    case .failure(let reason): fail(reason, path, &summary, &text)
    }
  }

  private func fail(_ reason: String, _ path: String, _ summary: inout Summary, _ text: inout ByteText) {
    summary.failures += 1
    summary.section?.add(failure: reason, name: path)
    switch format {
    case .lines: StandardError.write("octet: \(path.onOneLine): \(reason.onOneLine)\n")
    case .json: ReadingText.json(error: reason, path: path, to: &text)
    case .csv: ReadingText.csv(error: reason, path: path, to: &text)
    }
  }

  private func save(_ picture: FittedPicture, of path: String, number: Int, in folder: String) throws {
    let digits = String(number)
    let stem = Folder.name(of: path).split(separator: ".").first.map(String.init) ?? "picture"
    let name = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "-\(stem).png"
    let file = PNGWriter.encode(width: picture.width, height: picture.height, pixels: picture.pixels.span)
    try AtomicFile.write(path: Folder.join(folder, name), bytes: file)
  }
}
