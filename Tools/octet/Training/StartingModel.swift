import OctetCommandLine
import OctetData
import OctetHost
import OctetNetwork
import OctetText
import OctetTraining

/// The trained model that `--from` names, in any format that is read, and what training takes from it.
struct StartingModel {
  let path: String
  let model: FloatModel
  /// For people: what was taken, and what starts anew.
  private(set) var remark: String

  /// The weights to start from.
  var weights: [NamedValues] { model.parameters }

  /// Reads it, for a network that it brings itself.
  init(path: String) throws {
    self.path = path
    model = try FloatModelSource.read(path: path)
    remark = path
    guard model.network.outputs.count == 1 else {
      throw FileContentError(
        path: path,
        reason: "it has \(model.network.outputs.count) outputs, and training continues models with one")
    }
  }

  private init(_ model: FloatModel, path: String, remark: String) {
    self.path = path
    self.model = model
    self.remark = remark
  }

  /// The model for the values of some data, as pixels or as they are.
  func taking(_ data: PreparedData, pixels: PixelRange?) throws -> StartingModel {
    StartingModel(
      try FloatModelSource.model(model, path: path, for: data.training.values, pixels: pixels), path: path,
      remark: remark)
  }

  /// Its network, made for the classes of some data.
  ///
  /// A last dense layer of another number of classes is made anew, and so is what softmax lacks behind it: models of
  /// PyTorch end before it, as its loss has it within.
  mutating func network(for targets: ItemTargets, goal: TrainingTargets.Goal) throws -> NetworkDescription {
    var network = model.network
    remark = "the network and weights of \(path)"
    guard goal == .data, case .classes(_, let names) = targets, let last = network.layers.last else {
      return network
    }
    let count = try network.shapes().last?.count ?? 0
    let wanted = names.count
    let fits = count == wanted || (count == 1 && wanted == 2 && last.activation == .sigmoid)
    if fits, last.activation != .linear || count == 1 { return network }
    guard case .dense(let dense) = last.kind else {
      if fits { return network }
      throw FileContentError(
        path: path,
        reason:
          "its last layer, \(last.name), gives \(count) numbers and is not dense, so it cannot be made anew for "
          + "the \(wanted) classes of the data: give a --network with layers of the same names")
    }
    network.layers[network.layers.count - 1] = LayerDescription(
      name: last.name, kind: .dense(Dense(units: wanted, hasBias: dense.hasBias)), activation: .softmax,
      inputs: last.inputs, line: last.line, bits: last.bits)
    if !fits { remark += ", and a new layer \(last.name) for \(wanted) classes in place of \(count)" }
    return network
  }

  /// Says what of a network of somebody else's starts from its weights.
  mutating func describe(_ network: NetworkDescription) throws {
    let (own, wanted) = (Self.shapes(model.parameters), try network.parameters())
    var (taken, new): ([String], [String]) = ([], [])
    for (layer, parameters) in zip(network.layers, wanted) where !parameters.isEmpty {
      let isTaken = parameters.allSatisfy { own["\(layer.name).\($0.name)"] == $0.shape }
      if isTaken { taken.append(layer.name) } else { new.append(layer.name) }
    }
    guard !taken.isEmpty else {
      throw FileContentError(
        path: path,
        reason:
          "no layer of the network has a name and shape of one of its layers; 'octet inspect' lists these")
    }
    remark =
      "weights of \(path) for \(taken.joined(separator: ", "))"
      + (new.isEmpty ? "" : "; \(new.joined(separator: ", ")) \(new.count == 1 ? "starts" : "start") anew")
  }

  private static func shapes(_ parameters: [NamedValues]) -> [String: [Int]] {
    Dictionary(parameters.map { ($0.name, $0.shape) }) { first, _ in first }
  }
}

/// The trained model whose answers are learned.
struct TeacherModel {
  let path: String
  let model: FloatModel

  /// - Parameter pixels: what pixels were to it, where it is from elsewhere.
  init(path: String, for data: PreparedData, pixels: PixelRange?) throws {
    self.path = path
    model = try FloatModelSource.model(
      FloatModelSource.read(path: path), path: path, for: data.training.values, pixels: pixels)
  }
}
