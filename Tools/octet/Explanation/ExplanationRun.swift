import Octet
import OctetCommandLine
import OctetData
import OctetHost
import OctetHostKernels
import OctetInterchange
import OctetNetwork
import OctetQuantization
import OctetReports
import OctetTraining

/// Finds out what decided about a picture.
struct ExplanationRun {
  let file: OctetModelFile
  /// Pictures as the model is fed them; nil where there are none of its size.
  let training: LabeledItems?
  /// Why there are none, or what else is missing.
  let note: String?
  private let classifier: Classifier
  private let execution: FloatExecution?
  private let lowered: LoweredNetwork?
  /// Whether the float model's layers are those of the file, one by one. A repaired file may have others, or channels
  /// that are scaled otherwise.
  private let comparesLayers: Bool

  /// Neighbors of each class.
  private static let neighborCount = 6

  init(
    file: OctetModelFile, float: (path: String, model: FloatModel)?, training: LabeledItems?, note: String?
  ) throws {
    let model = file.model
    guard model.meaning == .classes else {
      throw FileContentError(
        path: file.path, reason: "its first output holds no classes: there is no answer to explain")
    }
    guard model.inputKind == .pictures, model.imageChannels == 1 || model.imageChannels == 3 else {
      throw FileContentError(path: file.path, reason: "takes no pictures of one or three channels")
    }
    self.file = file
    self.training = training
    classifier = Classifier(model)
    guard let float else {
      (execution, lowered, comparesLayers, self.note) = (nil, nil, false, note)
      return
    }
    let shape = ImageShape(
      height: model.imageHeight, width: model.imageWidth, channels: model.imageChannels)
    let lowered = try LoweredNetwork(float.model, picture: shape)
    let counts = lowered.layers.map(\.output.count)
    let own = (1...model.layerCount).map { Int(model.tensor($0).height) * model.tensor($0).rowValues }
    let scaled = counts == own ? WeightScales(model: model, network: lowered).firstScaled : nil
    comparesLayers = counts == own && scaled == nil
    let name = Folder.name(of: float.path)
    let other =
      scaled.map {
        "The weights of \($0) stand for others than in \(name), as after octet quantize --repair or training for "
          + "fewer bits, so only their answers are compared."
      } ?? "\(name) has other layers than the file, so only their answers are compared."
    self.note = comparesLayers ? note : note.map { "\($0) \(other)" } ?? other
    self.lowered = lowered
    execution = try FloatExecution(lowered, capacity: 1, workers: Workers(count: 1))
  }

  /// - Parameters:
  ///   - image: the bytes that the model is fed.
  ///   - truth: the class; nil where it is not known.
  func explain(_ image: [UInt8], truth: Int?) throws -> Explanation {
    let model = file.model
    let names = classifier.labels
    let found = try classifier.classify(image)
    var answers = [
      Explanation.Answer(
        model: "int8 answer", label: names[found.classIndex],
        share: found.shares.isEmpty ? nil : found.probabilities[found.classIndex])
    ]
    var layers: [Explanation.Layer] = []
    var floatClass: Int?
    if let execution, let lowered {
      let items = LabeledItems(
        shape: ImageShape(height: model.imageHeight, width: model.imageWidth, channels: model.imageChannels),
        values: .bytes(image), targets: .none)
      let values = execution.run(lowered.inputValues(items, 0..<1), count: 1).outputs
      if comparesLayers { layers = try self.layers(image, values) }
      let answer = Self.answer(values[lowered.outputs[0].value], head: model.head)
      floatClass = answer.classIndex
      answers.append(.init(model: "float answer", label: names[answer.classIndex], share: answer.share))
    }
    let scores = Self.scores(found.logits)
    let other = Self.other(scores, than: found.classIndex, floatClass: floatClass, truth: truth)
    let (effects, lead) = try effects(image, answer: found.classIndex, other: other)
    let (width, height, channels) = (model.imageWidth, model.imageHeight, model.imageChannels)
    return Explanation(
      picture: PictureTile(
        width: width, height: height, channels: channels,
        pixels: model.pictureForm.takesBlueFirst ? Self.turned(image) : image),
      truth: truth.map { names[$0] }, answers: answers, layers: layers, effects: effects,
      classes: (names[found.classIndex], names[other]), lead: lead,
      neighbors: neighbors(image, of: [found.classIndex, other], names), note: note)
  }

  private static func turned(_ image: [UInt8]) -> [UInt8] {
    var image = image
    for place in stride(from: 0, to: image.count - 2, by: 3) { image.swapAt(place, place + 2) }
    return image
  }

  /// A score for each class: a single logit tells two apart.
  private static func scores(_ logits: [Int32]) -> [Int] {
    logits.count == 1 ? [0, Int(logits[0])] : logits.map(Int.init)
  }

  /// The class that the answer is held against: that of the float model, or the true one, where these are others; else
  /// the one that came second.
  private static func other(_ scores: [Int], than answer: Int, floatClass: Int?, truth: Int?) -> Int {
    if let floatClass, floatClass != answer { return floatClass }
    if let truth, truth != answer { return truth }
    return scores.indices.filter { $0 != answer }.max { scores[$0] < scores[$1] } ?? answer
  }

  private static func answer(_ logits: [Float], head: Head) -> (classIndex: Int, share: Double?) {
    if logits.count == 1 {
      let one = 1 / (1 + exponential(-Double(logits[0])))
      return (logits[0] > 0 ? 1 : 0, logits[0] > 0 ? one : 1 - one)
    }
    let best = logits.indices.max { logits[$0] < logits[$1] } ?? 0
    switch head {
    case .linear: return (best, nil)
    case .sigmoid: return (best, 1 / (1 + exponential(-Double(logits[best]))))
    case .softmax:
      return (best, 1 / logits.reduce(0) { $0 + exponential(Double($1) - Double(logits[best])) })
    }
  }

  // MARK: layers

  private func layers(_ image: [UInt8], _ values: [[Float]]) throws -> [Explanation.Layer] {
    let model = file.model
    var words = [UInt32](repeating: 0, count: (model.arenaBytes + 3) / 4)
    var span = words.mutableSpan
    var arena = span.mutableBytes
    var collector = RowCollector(layers: model.layerCount)
    var session = try Session(model, arena: &arena)
    try session.run(image: image.span, observer: &collector)
    let names = model.layerNames
    return (0..<model.layerCount).map { index in
      let own = collector.values(index, of: model)
      let real = values[index + 1]
      func mean(_ values: [Float]) -> Double {
        values.reduce(0) { $0 + Double($1) } / Double(max(values.count, 1))
      }
      return Explanation.Layer(
        name: names[index], kind: file.summary(of: index),
        decibels: QuantizationReport.decibels(real, own), meanFloat: mean(real), meanInteger: mean(own),
        largestDifference: zip(real, own).map { Double(abs($0 - $1)) }.max() ?? 0)
    }
  }

  // MARK: pixels

  /// For each pixel the mean of what covering the patches over it takes from the lead, in integers.
  private func effects(_ image: [UInt8], answer: Int, other: Int) throws -> ([Int], Int) {
    let model = file.model
    let (width, height, channels) = (model.imageWidth, model.imageHeight, model.imageChannels)
    func lead(_ image: [UInt8]) throws -> Int {
      let scores = Self.scores(try classifier.classify(image).logits)
      return scores[answer] - scores[other]
    }
    let whole = try lead(image)
    let side = max(max(width, height) / 7, 1)
    let step = max(side / 2, 1)
    let cover = cover(image)
    var sums = [Int](repeating: 0, count: width * height)
    var counts = sums
    for top in stride(from: 0, to: height, by: step) {
      for left in stride(from: 0, to: width, by: step) {
        let (rows, columns) = (top..<min(top + side, height), left..<min(left + side, width))
        var covered = image
        for row in rows {
          for column in columns {
            for channel in 0..<channels {
              covered[(row * width + column) * channels + channel] = cover[channel]
            }
          }
        }
        // What is covered already gives the same answer.
        let effect = covered == image ? 0 : whole - (try lead(covered))
        for row in rows {
          for column in columns {
            sums[row * width + column] += effect
            counts[row * width + column] += 1
          }
        }
      }
    }
    return (zip(sums, counts).map { $1 == 0 ? 0 : $0 / $1 }, whole)
  }

  /// Paper for digits, else the mean of each channel.
  private func cover(_ image: [UInt8]) -> [UInt8] {
    let channels = file.model.imageChannels
    switch file.model.pictureForm.fit {
    case .auto, .digit: return [UInt8](repeating: 0, count: channels)
    case .exact, .stretch, .crop, .pad: break
    }
    return (0..<channels).map { channel in
      let values = stride(from: channel, to: image.count, by: channels).map { Int(image[$0]) }
      return UInt8(values.reduce(0, +) / max(values.count, 1))
    }
  }

  // MARK: training

  private func neighbors(_ image: [UInt8], of classes: [Int], _ names: [String]) -> [Explanation.Neighbor] {
    guard let training, training.hasClasses, case .bytes(let bytes) = training.values,
      training.shape.count == image.count
    else { return [] }
    let labels = training.labels
    return classes.flatMap { label -> [Explanation.Neighbor] in
      let own = labels.indices.filter { Int(labels[$0]) == label }
      let distances = own.map { index -> (index: Int, sum: Int) in
        var sum = 0
        let start = index * image.count
        for place in image.indices {
          let difference = Int(bytes[start + place]) - Int(image[place])
          sum += difference * difference
        }
        return (index, sum)
      }
      return distances.sorted { ($0.sum, $0.index) < ($1.sum, $1.index) }.prefix(Self.neighborCount).map {
        Explanation.Neighbor(
          label: names[label], number: $0.index,
          distance: (Double($0.sum) / Double(image.count)).squareRoot(), picture: training.picture($0.index))
      }
    }
  }
}
