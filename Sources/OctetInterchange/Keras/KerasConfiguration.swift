import OctetHost

/// A part of the JSON in which Keras describes a model.
struct KerasConfiguration {
  private let members: [String: UntrustedValue]

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
  /// The names of the layers that a layer of a graph reads, as either version of Keras writes them.
  var inboundNames: [String] {
    var names: [String] = []
    Self.collect(self["inbound_nodes"], into: &names, depth: 0)
    return names
  }

  /// How often the layer is used; one that is used twice has two nodes.
  var nodeCount: Int { list("inbound_nodes")?.count ?? 0 }

  /// Whether the layer is called as in training whenever the model runs.
  var isCalledInTraining: Bool { Self.holdsTraining(self["inbound_nodes"], depth: 0) }

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

  /// Each value stands as [name of its layer, number, number], at various depths.
  static func collect(_ value: UntrustedValue?, into names: inout [String], depth: Int) {
    guard depth < UntrustedJSON.deepest else { return }
    switch value {
    case .list(let list)?:
      if list.count >= 3, case .text(let name) = list[0], case .number = list[1], case .number = list[2] {
        names.append(name)
      } else {
        for element in list { collect(element, into: &names, depth: depth + 1) }
      }
    case .object(let object)?:
      for key in ["args", "config", "keras_history"] { collect(object[key], into: &names, depth: depth + 1) }
    default: return
    }
  }
}
