import Octet
import OctetData
import OctetHost
import OctetNetwork

extension FloatModel {
  /// Reads a float model that Octet wrote, a `.safetensors` file. `FloatModel(importing:)` of OctetQuantization reads
  /// those of other programs too.
  ///
  /// - Throws: ``TrainingFailure`` of kind `file` if it cannot be read, is damaged, or is no float model.
  public init(path: String) throws(TrainingFailure) {
    do throws(ModelFileError) {
      self = try FloatModelFile.load(path: path)
    } catch {
      throw TrainingFailure(.file, error.description)
    }
  }

  /// Writes a `.safetensors` file that Octet and Python read. The file is whole or, after an error, as it was before.
  ///
  /// - Throws: ``TrainingFailure`` of kind `file` if it cannot be written.
  public func write(to path: String) throws(TrainingFailure) {
    do throws(ModelFileError) {
      try FloatModelFile.save(self, path: path)
    } catch {
      throw TrainingFailure(.file, error.description)
    }
  }

  /// The layers, one a line, as docs/NETWORKS.md describes them.
  public var networkText: String { network.text }

  /// Rows of an image that the network takes; 1 for a flat input.
  public var inputHeight: Int { network.input.height }

  /// Pixels in a row; 1 for a flat input.
  public var inputWidth: Int { network.input.width }

  /// Bytes of a pixel; of a flat input, all of them.
  public var inputChannels: Int { network.input.channels }

  /// Numbers that were trained or imported: weights, biases, and what batch normalization keeps.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.values.count } }

  /// The names of the outputs, in the order of the network. Models that Octet trained have one.
  public var outputNames: [String] { outputs.map(\.name) }

  /// What the network gives at each output: probabilities where it ends in softmax or sigmoid, else the numbers
  /// themselves. Those of an item come row by row, channels last, one item after the other.
  ///
  /// - Parameters:
  ///   - images: of the network's input shape, or as many numbers as a flat input.
  ///   - threads: 1 or more; nil for as many as the machine has cores.
  /// - Throws: ``TrainingFailure`` of kind `images` if they have another shape, of kind `diverged` if the network gives
  ///   numbers that are not finite.
  public func outputs(of images: ImageSet, threads: Int? = nil) throws(TrainingFailure) -> [[Float]] {
    guard network.input.takes(images.labeled.shape) else {
      throw TrainingFailure(.shape(images: images.labeled.shape, network: network.input))
    }
    let made: Network
    do throws(NetworkError) {
      let room = try Network.roomyCapacity(network)
      made = try makeNetwork(
        capacity: min(max(images.count, 1), room), workers: Workers(threads: threads))
    } catch {
      throw TrainingFailure(.network, error.description)
    }
    var results = [[Float]](repeating: [], count: outputs.count)
    for start in stride(from: 0, to: images.count, by: made.capacity) {
      let range = start..<min(start + made.capacity, images.count)
      for (output, values) in made.allOutputs(of: images.labeled.units(range)).enumerated() {
        if let place = values.firstIndex(where: { !$0.isFinite }) {
          let item = start + place / (values.count / range.count)
          throw TrainingFailure(
            .diverged, "it gives numbers that are not finite for image \(item): its weights are too large")
        }
        results[output] += values
      }
    }
    return results
  }

  /// The class that the network gives each image, counted from 0.
  ///
  /// - Parameters:
  ///   - images: of the network's input shape, or as many bytes as a flat input. Their labels are not looked at.
  ///   - threads: 1 or more; nil for as many as the machine has cores.
  /// - Throws: ``TrainingFailure`` of kind `images` if they have another shape, of kind `network` if the first output
  ///   is a map or was decided to hold no classes, of kind `diverged` if it gives numbers that are not finite.
  public func classes(of images: ImageSet, threads: Int? = nil) throws(TrainingFailure) -> [Int] {
    guard network.input.takes(images.labeled.shape) else {
      throw TrainingFailure(.shape(images: images.labeled.shape, network: network.input))
    }
    guard outputs[0].meaning ?? .classes == .classes else {
      throw TrainingFailure(
        .network, "its first output holds \(outputs[0].meaning ?? .numbers) and no classes")
    }
    let workers = Workers(threads: threads)
    let activation = network.outputActivation
    let (made, head): (Network, OutputHead)
    do throws(NetworkError) {
      let room = try Network.roomyCapacity(network)
      made = try makeNetwork(capacity: min(max(images.count, 1), room), workers: workers)
      let outputs = made.output.shape.count
      head = try OutputHead(
        activation: activation, loss: .fitting(activation), outputs: outputs, classes: max(outputs, 2))
    } catch {
      throw TrainingFailure(.network, error.description)
    }
    var classes: [Int] = []
    for row in made.outputs(images.labeled, activation: activation, workers: workers) {
      guard row.allSatisfy(\.isFinite) else {
        throw TrainingFailure(
          .diverged,
          "it gives numbers that are not finite for image \(classes.count): its weights are too large")
      }
      classes.append(row.withUnsafeBufferPointer { $0.baseAddress.map { head.predictedClass($0) } ?? 0 })
    }
    return classes
  }

  /// The share of images, from 0 to 1, that the network gives their own class; 0 for none.
  ///
  /// - Parameters:
  ///   - images: with labels, whose classes are those of the model in the same order.
  ///   - threads: 1 or more; nil for as many as the machine has cores.
  /// - Throws: ``TrainingFailure``, as ``classes(of:threads:)`` does, or of kind `images` if the classes are others.
  public func accuracy(on images: ImageSet, threads: Int? = nil) throws(TrainingFailure) -> Double {
    try images.requireClasses(classNames)
    let found = try classes(of: images, threads: threads)
    let right = zip(found, images.labeled.labels).count { $0 == Int($1) }
    return images.count == 0 ? 0 : Double(right) / Double(images.count)
  }
}

extension ImageSet {
  /// Throws unless the set has these classes in this order.
  package func requireClasses(_ names: [String]) throws(TrainingFailure) {
    try requireLabels()
    guard classNames == names else {
      throw TrainingFailure(
        .images,
        "the images have the classes \(classNames.joined(separator: ", ")), the model "
          + "\(names.joined(separator: ", ")): take those of the model with keeping(classes:)")
    }
  }
}
