import Octet
import OctetClassification
import OctetCommandLine
import OctetData
import OctetHost
import OctetHostKernels
import OctetImages
import OctetReports
import OctetText
import OctetTraining

/// Classifies files on all cores and prints them in the order in which they were named.
///
/// Memory does not grow with their number.
struct ClassificationRun {
  enum Format {
    case lines, json, csv
  }

  let model: Model
  let kernels: HostKernels
  /// Nil for what the model says.
  let fit: PictureFitting.Fit?
  let inversion: PictureFitting.Inversion?
  let format: Format
  let labels: LabelRule?
  /// Where the pictures as the network saw them go.
  let savedInputs: String?
  let workers: Workers
  /// Whether results and their pictures are kept for a page.
  let isReported: Bool
  /// How each picture is drawn under its line; nil for not at all.
  let style: TerminalStyle?
  /// Files that there will be, for the progress bar: 0 if unknown, nil for no bar.
  let total: Int?

  /// A worker's classifier. A class, so that it keeps its address from file to file.
  private final class WorkerState {
    var classifier: FileClassifier<HostKernels>
    let originals = OriginalPictures()

    init(_ run: ClassificationRun) throws(ClassifierError) {
      classifier = try FileClassifier(
        run.model, kernels: run.kernels, fit: run.fit, inversion: run.inversion,
        keepsPixels: run.savedInputs != nil || run.isReported || run.style != nil)
    }
  }

  /// What is done at once.
  private enum Work {
    case file(String)
    /// Items of an array; those of its first piece stand for the file.
    case items(ArrayFile, Range<Int>)
    case failure(path: String, reason: String)
  }

  /// A file or a piece of one, and what became of it. Its room for text serves a later file too.
  private struct Place {
    var work = Work.file("")
    /// What is printed of it.
    var text = ByteText()
    var failure: String?
    /// The true class, where labels are known.
    var truth: Int?
    /// The class that was found of each item: one of a picture.
    var found: [Int] = []
    /// Only where the inputs are saved.
    var picture: FittedPicture?
    /// Only for a page.
    var result: PictureResult?

    var path: String {
      switch work {
      case .file(let path), .failure(let path, _): path
      case .items(let file, _): file.path
      }
    }
  }

  /// How many files there were, and how they did.
  struct Summary {
    var files = 0
    var failures = 0
    var confusion: ConfusionMatrix?
    var section: ClassificationSection?
    /// Why pictures are no longer saved; their answers come all the same.
    var savingFailure: FileError?
  }

  /// - Throws: what keeps the rest from being done, after all answers so far have been written.
  func run(_ source: PictureSource) throws -> Summary {
    var source = source
    // A worker has one picture open, which it may read again for a page.
    try OpenFiles.require(OpenFiles.usual + workers.count)
    let states = try (0..<workers.count).map { _ in try WorkerState(self) }
    let words = Words(model)
    var summary = Summary()
    if isReported { summary.section = ClassificationSection(classNames: words.classNames) }
    if labels != nil { summary.confusion = ConfusionMatrix(classNames: words.classNames) }
    if let savedInputs { try Folder.createForOutput(savedInputs) }
    if format == .csv {
      try StandardOutput.write("\(labels == nil ? ReadingText.csvHeader : ReadingText.labeledCSVHeader)")
    }
    let bar = total.map { ProgressBar(label: "files", total: $0) }
    var output = ByteText()
    // A single worker needs no load balance.
    let batch = workers.count == 1 ? 256 : 16
    // What is left of an array.
    var pieces: [(file: ArrayFile, range: Range<Int>)] = []
    let work = OrderedWork(batch: batch, window: 512 / batch, empty: Place())
    try work.run(
      workers,
      fill: { place in
        if pieces.isEmpty {
          guard let item = source.next() else { return false }
          place.work = start(item, &pieces)
          if pieces.isEmpty { return true }
        }
        let piece = pieces.removeLast()
        place.work = .items(piece.file, piece.range)
        return true
      },
      work: { [side = summary.section?.side] place, worker in
        classify(&place, states[worker], words, side: side)
      },
      finish: { place in try finish(&place, &summary, &output) },
      flush: {
        bar?.clear()
        try write(output)
        output.removeAll()
        bar?.update(done: summary.files)
      })
    bar?.clear()
    if let clash = source.clash {
      throw FileError("standard input", clash, advice: "nothing was overwritten")
    }
    return summary
  }

  /// Lines for people go on in others where the terminal ends.
  private func write(_ output: ByteText) throws(OutputError) {
    if format == .lines, Terminal.standardOutput.isInteractive {
      try StandardOutput.write(String(decoding: output.bytes, as: UTF8.self))
    } else {
      try StandardOutput.write(output.bytes)
    }
  }

  /// What every line of a run needs of the model.
  private struct Words {
    let classNames: [String]
    let labelWidth: Int

    init(_ model: Model) {
      classNames = model.labels
      // On a narrow terminal long names are not lined up, so that the files stay on their lines.
      let most = Terminal.standardOutput.columns.map { max(($0 - 40) / 2, 1) } ?? Int.max
      labelWidth = min(ReadingText.labelWidth(model), most)
    }
  }

  /// Everything that is done for one file alone: reading, classifying, and the text of its line.
  ///
  /// - Parameter side: of the pictures that a page wants; nil for no more.
  private func classify(_ place: inout Place, _ state: WorkerState, _ words: Words, side: Int?) {
    place.text.removeAll()
    (place.failure, place.picture, place.result, place.truth) = (nil, nil, nil, nil)
    place.found.removeAll()
    if let labels { judge(&place, labels.label(of: place.path), words) }
    switch place.work {
    case .failure(_, let reason): place.failure = reason
    case .items(let file, let range):
      if place.failure != nil { break }
      for item in range {
        let found = file.classify(item, &state.classifier)
        if let found = found.reading.classIndex { place.found.append(found) }
        write(
          found.reading, file.path, item: found.item, words, truth: place.truth, to: &place.text)
      }
    case .file(let path):
      do throws(PictureError) {
        let reading = try classify(path, state)
        if place.failure != nil { break }
        if let found = reading.classIndex { place.found.append(found) }
        write(reading, path, words, truth: place.truth, to: &place.text)
        guard let picture = reading.picture else { break }
        if savedInputs != nil { place.picture = picture }
        if isReported, let answer = reading.classIndex {
          let seen = PictureTile(picture)
          place.result = PictureResult(
            name: path, original: side.map { state.originals.tile(picture, path: path, side: $0) } ?? seen,
            seen: seen, answer: answer, probabilities: reading.probabilities,
            truth: place.truth)
        }
      } catch {
        place.failure = error.reason
      }
    }
    guard let failure = place.failure else { return }
    switch format {
    case .lines: break
    case .json: ReadingText.json(error: failure, path: place.path, to: &place.text)
    case .csv:
      ReadingText.csv(error: failure, path: place.path, hasTruth: labels != nil, to: &place.text)
    }
  }

  /// What is to be done for a file: an array becomes pieces, the last one first.
  private func start(
    _ item: PictureSource.Item, _ pieces: inout [(file: ArrayFile, range: Range<Int>)]
  ) -> Work {
    switch item {
    case .failure(let path, let reason): return .failure(path: path, reason: reason)
    case .file(let path):
      guard ArrayItems.isArray(path) else { return .file(path) }
      do throws(PictureError) {
        guard savedInputs == nil, !isReported, style == nil, fit == nil, inversion == nil else {
          throw .other(
            path: path,
            finding: "is no picture, which --fit, --invert, --save-input, --report and --show are for",
            advice: "leave them out")
        }
        let file = try ArrayFile(path, model)
        pieces = file.pieces.reversed().map { (file, $0) }
        return .items(file, 0..<0)
      } catch {
        return .failure(path: path, reason: error.reason)
      }
    }
  }

  /// Files that are no PNG files may be of a format that only this machine reads.
  private func classify(_ path: String, _ state: WorkerState) throws(PictureError) -> Reading {
    do throws(PictureError) {
      return try state.classifier.classify(path: path)
    } catch {
      guard case .png(let failure) = error, failure.problem == .notPNG else { throw error }
      let jpeg: JPEGPicture?
      do throws(FileError) {
        jpeg = try PictureFile.jpeg(path)
      } catch {
        throw .other(path: path, finding: error.problem, advice: error.advice)
      }
      guard let jpeg else { throw error }
      return try state.classifier.classify(jpeg.inColor, name: path)
    }
  }

  private func judge(_ place: inout Place, _ label: String, _ words: Words) {
    place.truth = words.classNames.firstIndex(of: label)
    if place.truth == nil {
      let known = words.classNames.joined(separator: ", ")
      place.failure = "its label \"\(label)\" is none of the model's classes (\(known))"
    }
  }

  private func write(
    _ reading: Reading, _ path: String, item: Int? = nil, _ words: Words, truth: Int?,
    to text: inout ByteText
  ) {
    switch format {
    case .lines:
      ReadingText.line(
        reading, model: model, path: path, item: item, labelWidth: words.labelWidth, to: &text)
      if let style, let picture = reading.picture {
        let answer = AnswerText(
          seen: PictureTile(picture), classNames: words.classNames, probabilities: reading.probabilities,
          style: style)
        text.append(answer.text)
      }
    case .json: ReadingText.json(reading, model: model, path: path, item: item, truth: truth, to: &text)
    case .csv:
      guard case .classes(let found) = reading.answer else { return }
      ReadingText.csv(found, model: model, path: path, item: item, truth: truth, to: &text)
    }
  }

  /// Everything that is done in the order of the files.
  private func finish(_ place: inout Place, _ summary: inout Summary, _ output: inout ByteText) throws {
    if case .items(_, let range) = place.work, range.lowerBound > 0 {
      // Its first piece has been counted for the file, or said what is wrong with it.
      if place.failure != nil { return }
    } else {
      summary.files += 1
    }
    output.append(place.text)
    if let failure = place.failure {
      summary.failures += 1
      summary.section?.add(failure: failure, name: place.path)
      if format == .lines { StandardError.write("octet: \(place.path.shown): \(failure.shown)\n") }
      return
    }
    if let result = place.result { summary.section?.add(result) }
    if let truth = place.truth {
      for found in place.found { summary.confusion?.add(truth: truth, predicted: found) }
    }
    if let savedInputs, let picture = place.picture, summary.savingFailure == nil {
      do throws(FileError) {
        try save(picture, of: place.path, number: summary.files, in: savedInputs)
      } catch {
        summary.savingFailure = error
      }
    }
  }

  private func save(_ picture: FittedPicture, of path: String, number: Int, in folder: String)
    throws(FileError)
  {
    let digits = String(number)
    let stem = Folder.name(of: path).split(separator: ".").first.map(String.init) ?? "picture"
    let name = String(repeating: "0", count: max(0, 6 - digits.count)) + digits + "-\(stem).png"
    let file = PNGWriter.encode(
      width: picture.width, height: picture.height, channels: picture.channels, pixels: picture.seen.span)
    try AtomicFile.write(path: Folder.join(folder, name), bytes: file)
  }
}

/// What is in a picture's file, small, for people to compare with what the network saw.
struct OriginalPictures {
  func tile(_ seen: FittedPicture, path: String, side: Int) -> PictureTile {
    let fitted = PictureTile(seen)
    let exact = PictureTile(
      width: seen.width, height: seen.height, channels: seen.channels,
      pixels: seen.isInverted ? fitted.pixels.map { 255 - $0 } : fitted.pixels)
    guard seen.fit != .exact else { return exact }
    // It has just been read without an error; should it have changed since, what the network saw is shown.
    if seen.channels == 1 {
      guard let gray = try? PictureFile.gray(path) else { return exact }
      return PictureTile(width: gray.width, height: gray.height, pixels: gray.pixels).reduced(to: side)
    }
    guard let color = try? PictureFile.color(path) else { return exact }
    return PictureTile(width: color.width, height: color.height, channels: 3, pixels: color.pixels)
      .reduced(to: side)
  }
}

extension PictureTile {
  /// What the network saw.
  init(_ picture: FittedPicture) {
    self.init(
      width: picture.width, height: picture.height, channels: picture.channels, pixels: picture.seen)
  }
}
