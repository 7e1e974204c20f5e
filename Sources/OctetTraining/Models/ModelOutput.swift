import Octet
import OctetData
import OctetNetwork
import OctetText

/// One of the values that a float model gives: `network.outputs` says where it comes from.
package struct ModelOutput: Equatable, Sendable {
  /// As its author called it; different from the names of the model's other outputs.
  package var name: String
  /// Nil where neither a file nor data has decided it yet.
  package var meaning: OutputMeaning?
  /// Of the classes, labels or numbers, in the order of the values; empty where they are only numbered.
  package var names: [String]
  /// How the format that the model came from lays the output out. No model file keeps it.
  package var layout: ArrayLayout
  /// Whether the format's model gives the logarithms of its closing softmax. Octet itself gives probabilities, which
  /// have the same order. No model file keeps it.
  package var givesLogarithms = false
  /// The choice at the end of the format's model, if there is one. Octet itself gives the values that it chooses among.
  /// No model file keeps it.
  package var choice: ArrayChoice?

  /// What an output is called where nothing names it.
  package static let usualName = "output"

  package init(
    name: String, meaning: OutputMeaning? = nil, names: [String] = [], layout: ArrayLayout,
    givesLogarithms: Bool = false, choice: ArrayChoice? = nil
  ) {
    self.name = name
    self.meaning = meaning
    self.names = names
    self.layout = layout
    self.givesLogarithms = givesLogarithms
    self.choice = choice
  }

  /// The names with a number behind each that occurred before, and something in place of none.
  package static func distinct(_ names: [String]) -> [String] {
    var made: [String] = []
    for (index, name) in names.enumerated() {
      let own = name.isEmpty ? "\(usualName)_\(index)" : name
      var candidate = own
      var number = 1
      while made.contains(candidate) {
        candidate = "\(own)_\(number)"
        number += 1
      }
      made.append(candidate)
    }
    return made
  }
}

// The first output, which most models have alone.
extension FloatModel {
  /// The name of each class of the first output, in the order of its values; empty where it holds no classes, or they
  /// are not named yet.
  public package(set) var classNames: [String] {
    get { outputs.firstClassNames }
    set {
      outputs[0].meaning = newValue.isEmpty ? nil : .classes
      outputs[0].names = newValue
    }
  }

  package var outputLayout: ArrayLayout {
    get { outputs[0].layout }
    set { outputs[0].layout = newValue }
  }

  package var givesLogarithms: Bool {
    get { outputs[0].givesLogarithms }
    set { outputs[0].givesLogarithms = newValue }
  }
}

extension [ModelOutput] {
  /// The names of the first output's classes; none where it holds no classes, or they are not named.
  package var firstClassNames: [String] { self[0].meaning == .classes ? self[0].names : [] }

  /// The outputs of a model, float or integer, each with a meaning, and with names for classes.
  ///
  /// - Parameters:
  ///   - rules: what each output could be.
  ///   - given: names that the user chose, for the first output that can have them.
  ///   - targets: of the data that the model is used with; a meaning that an output has stays.
  ///   - inputCount: the numbers that the model takes.
  /// - Throws: why the names fit no output.
  package func deciding(
    _ rules: [ClassifierOutput], given: [String]?, targets: ItemTargets, inputCount: Int
  ) throws(NetworkError) -> [ModelOutput] {
    var outputs = self
    var named: Int?
    if let given { named = try rules.place(of: given) }
    let parts = targets.parts(names: map(\.name)) { rules[$0].fits($1) }
    for (index, rule) in rules.enumerated() where outputs[index].meaning == nil || index == named {
      (outputs[index].meaning, outputs[index].names) = try rule.meaning(
        given: index == named ? given : nil, targets: parts[index], inputCount: inputCount)
    }
    return outputs
  }
}

extension [ClassifierOutput] {
  /// The output that names are for.
  fileprivate func place(of names: [String]) throws(NetworkError) -> Int {
    if count == 1 { return 0 }
    guard let place = firstIndex(where: { $0.takesNames(names) }) else {
      throw NetworkError(
        "none of its \(count) outputs has \(names.count) classes, as many as there are names")
    }
    return place
  }
}

extension FloatModel {
  /// What each output could be.
  package func outputRules() throws(NetworkError) -> [ClassifierOutput] {
    let shapes = try network.shapes()
    return network.outputs.map { ClassifierOutput(shape: shapes[$0], activation: network.activation(of: $0)) }
  }

  /// The model with a meaning for each output, and names for classes.
  ///
  /// - Parameters:
  ///   - given: names that the user chose, for the first output that can have them.
  ///   - targets: of the data that it is used with; a meaning that the model has stays.
  /// - Throws: why the names fit no output.
  package func deciding(
    given: [String]? = nil, targets: ItemTargets = .none
  ) throws(NetworkError) -> FloatModel {
    var model = self
    model.outputs = try outputs.deciding(
      try outputRules(), given: given, targets: targets, inputCount: network.input.count)
    return model
  }

  /// The model with names for the classes of the first output that can have them.
  package func naming(_ names: [String]) throws(NetworkError) -> FloatModel {
    let rules = try outputRules()
    let place = try rules.place(of: names)
    var model = self
    model.outputs[place].meaning = .classes
    model.outputs[place].names = try rules[place].classNames(given: names)
    return model
  }

  /// Why it cannot be used as a classifier as it is; nil when it can.
  package func classifierFault() throws(NetworkError) -> String? {
    if !classNames.isEmpty { return nil }
    do throws(NetworkError) {
      _ = try outputRules()[0].classNames(given: nil)
    } catch {
      return "\(error)"
    }
    return "its classes have no names; give them with --classes"
  }

  /// Why the names or meanings of outputs do not fit; nil when they do.
  func outputFault() throws(NetworkError) -> String? {
    try network.checkOutputs()
    guard outputs.count == network.outputs.count else {
      return "it describes \(outputs.count) outputs, and its network has \(network.outputs.count)"
    }
    guard Set(outputs.map(\.name)).count == outputs.count else { return "two of its outputs have one name" }
    for (output, rule) in zip(outputs, try outputRules()) {
      if let reason = rule.fault(of: output) {
        return outputs.count == 1 ? reason : "output \(output.name.quoted): \(reason)"
      }
    }
    return nil
  }
}
