import OctetHost
import OctetText

/// A part of the JSON in which Keras describes a model.
struct KerasConfiguration {
  let members: [String: UntrustedValue]

  /// - Parameter text: untrusted.
  init(_ text: String) throws(OffsetFailure) {
    do {
      guard case .object(let members) = try UntrustedJSON.value(of: text) else {
        throw OffsetFailure(offset: 0, reason: "its configuration is not a JSON object")
      }
      self.members = members
    } catch let failure as OffsetFailure {
      throw failure
    } catch {
      throw OffsetFailure(
        offset: 0, reason: "its configuration cannot be read: \(UntrustedJSON.reason(error))")
    }
  }

  private init(_ members: [String: UntrustedValue]) { self.members = members }

  /// Nil for what is missing, and for null.
  subscript(name: String) -> UntrustedValue? {
    if case .null? = members[name] { return nil }
    return members[name]
  }

  func part(_ name: String) -> KerasConfiguration? { Self.part(self[name]) }

  func parts(_ name: String) -> [KerasConfiguration] { (list(name) ?? []).compactMap(Self.part) }

  func list(_ name: String) -> [UntrustedValue]? {
    if case .list(let elements)? = self[name] { return elements }
    return nil
  }

  func text(_ name: String) -> String? {
    if case .text(let text)? = self[name] { return text }
    return nil
  }

  func flag(_ name: String, otherwise usual: Bool) -> Bool {
    if case .bool(let flag)? = self[name] { return flag }
    return usual
  }

  /// Nil for anything but a whole number of a sensible size.
  func integer(_ name: String) -> Int? { Self.integer(self[name]) }

  func float(_ name: String) -> Float? {
    if case .number(let number)? = self[name] { return Float(number) }
    return nil
  }

  /// The same with another value of a member.
  func replacing(_ name: String, _ value: UntrustedValue) -> KerasConfiguration {
    KerasConfiguration(members.merging([name: value]) { $1 })
  }

  /// A number, a list of numbers, or lists of one list, as far as they are nested in that way.
  func numbers(_ name: String) -> [Double]? {
    var value = self[name]
    while case .list(let list)? = value, list.count == 1, case .list = list[0] { value = list[0] }
    switch value {
    case .number(let number)?: return [number]
    case .list(let list)?:
      var numbers: [Double] = []
      for element in list {
        guard case .number(let number) = element else { return nil }
        numbers.append(number)
      }
      return numbers
    default: return nil
    }
  }

  /// A list of whole numbers; a number that is missing, as that of a batch, is nil.
  func integers(_ name: String) -> [Int?]? { list(name)?.map(Self.integer) }

  /// A list of lists of whole numbers; what is none is an empty one.
  func integerPairs(_ name: String) -> [[Int]] {
    (list(name) ?? []).map { element in
      guard case .list(let numbers) = element else { return [] }
      return numbers.compactMap(Self.integer)
    }
  }

  private static func part(_ value: UntrustedValue?) -> KerasConfiguration? {
    if case .object(let members)? = value { return KerasConfiguration(members) }
    return nil
  }

  private static func integer(_ value: UntrustedValue?) -> Int? {
    guard case .number(let number)? = value, abs(number) < 1e9, number == number.rounded() else { return nil }
    return Int(number)
  }
}

extension KerasConfiguration {
  /// A value of a model: what a use of a layer gives in one of its places.
  struct Source: Hashable {
    let layer: String
    let use: Int
    let output: Int
  }

  /// For each use of a layer of a graph what it reads, as either version of Keras writes it.
  var inbound: [[Source]] {
    (list("inbound_nodes") ?? []).map { node in
      var sources: [Source] = []
      Self.collect(node, into: &sources, depth: 0)
      return sources
    }
  }

  /// The values that stand in `input_layers` or `output_layers` of a model.
  func ends(_ name: String) -> [Source] {
    var sources: [Source] = []
    Self.collect(part("config")?[name], into: &sources, depth: 0)
    return sources
  }

  /// The value that a part of a description stands for, as either version of Keras writes it; nil if it is none.
  static func source(_ value: UntrustedValue) -> Source? {
    var list: [UntrustedValue] = []
    switch value {
    case .list(let own): list = own
    case .object(let object):
      guard case .object(let inside)? = object["config"], case .list(let own)? = inside["keras_history"]
      else {
        return nil
      }
      list = own
    default: return nil
    }
    guard list.count == 3, case .text(let name) = list[0], let use = integer(list[1]), use >= 0,
      let output = integer(list[2])
    else { return nil }
    return Source(layer: name, use: use, output: output)
  }

  var name: String? { (part("config") ?? self).text("name") ?? text("name") }

  /// What a layer gives that is used once.
  var ownSource: Source { Source(layer: name ?? "", use: 0, output: 0) }

  /// Whether it is a model, alone or as a layer of another.
  var isModel: Bool { ["Sequential", "Functional", "Model"].contains(text("class_name") ?? "") }

  /// Whether a layer, a model or a function is one of Keras itself, which what its author wrote may have the name of.
  ///
  /// A .keras file names the module, null for one of a script, and the name under which others registered theirs. A
  /// layer of an .h5 file has neither member.
  var isOfKeras: Bool {
    let isFunction = text("class_name") == "function"
    if let name = text("registered_name"), name != text(isFunction ? "config" : "class_name"),
      !(isFunction && name == "function")
    {
      return false
    }
    guard members["module"] != nil else { return true }
    let package = text("module")?.split(separator: ".").first
    return ["keras", "keras_core", "tf_keras"].contains(package) || (isFunction && package == "builtins")
  }

  /// What is wrong with a class that is not one of Keras, for messages.
  var classOfAuthor: String {
    let name = text("registered_name") ?? text("class_name") ?? ""
    return "is of the class \(name.quoted) of its author's, whose code is not in the file; "
      + "layers of Keras itself are supported"
  }

  var isSequential: Bool { text("class_name") == "Sequential" }

  /// The layers of a model; those of old Sequential models are a list by itself.
  var layers: [KerasConfiguration] { part("config")?.parts("layers") ?? parts("config") }

  /// The same with those of the models among them, each before its own.
  var layersOfAllModels: [KerasConfiguration] { layersOfAllModels(depth: 0) }

  private func layersOfAllModels(depth: Int) -> [KerasConfiguration] {
    guard depth < UntrustedJSON.deepest else { return [] }
    return layers.flatMap { [$0] + ($0.isModel ? $0.layersOfAllModels(depth: depth + 1) : []) }
  }

  /// Whether the layer is called as in training whenever the model runs.
  ///
  /// That is so in Keras 2 alone, whose uses of a layer are lists. `predict` of Keras 3 says to every layer that this
  /// is inference, whatever it was called with, and files have `training` for layers that were called without it.
  var isCalledInTraining: Bool {
    (list("inbound_nodes") ?? []).contains {
      if case .object = $0 { return false }
      return Self.holdsTraining($0, depth: 0)
    }
  }

  private static func holdsTraining(_ value: UntrustedValue?, depth: Int) -> Bool {
    guard depth < UntrustedJSON.deepest else { return false }
    switch value {
    case .list(let list)?: return list.contains { holdsTraining($0, depth: depth + 1) }
    case .object(let object)?:
      if case .bool(true)? = object["training"] { return true }
      return object.values.contains { holdsTraining($0, depth: depth + 1) }
    default: return false
    }
  }

  /// Each value stands as [name of its layer, use, output], at various depths.
  private static func collect(_ value: UntrustedValue?, into sources: inout [Source], depth: Int) {
    guard depth < UntrustedJSON.deepest else { return }
    switch value {
    case .list(let list)?:
      guard list.count >= 3, case .text(let name) = list[0], let use = integer(list[1]) else {
        for element in list { collect(element, into: &sources, depth: depth + 1) }
        return
      }
      // A constant stands in the place of a value as if it were the use of a layer before the first.
      if use >= 0, let output = integer(list[2]) {
        sources.append(Source(layer: name, use: use, output: output))
      }
      for case .object(let named) in list[3...] {
        for key in named.keys.sorted() { collect(named[key], into: &sources, depth: depth + 1) }
      }
    case .object(let object)?:
      for key in ["args", "config", "keras_history"] {
        collect(object[key], into: &sources, depth: depth + 1)
      }
      // Values that a layer is given by name.
      if case .object(let named)? = object["kwargs"] {
        for key in named.keys.sorted() { collect(named[key], into: &sources, depth: depth + 1) }
      }
    default: return
    }
  }
}
