import Foundation

/// A part of the JSON in which Keras describes a model.
struct KerasConfiguration {
  private let members: [String: Any]

  /// - Parameter text: from strangers.
  init(_ text: String) throws(OffsetFailure) {
    if let fault = StrangersJSON.fault(in: text) {
      throw OffsetFailure(offset: 0, reason: "its configuration cannot be read: \(fault)")
    }
    guard let members = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] else {
      throw OffsetFailure(offset: 0, reason: "its configuration is no JSON object")
    }
    self.members = members
  }

  private init(_ members: [String: Any]) { self.members = members }

  subscript(name: String) -> Any? {
    let value = members[name]
    return value is NSNull ? nil : value
  }

  func part(_ name: String) -> KerasConfiguration? {
    (self[name] as? [String: Any]).map(KerasConfiguration.init)
  }

  func parts(_ name: String) -> [KerasConfiguration] {
    (self[name] as? [Any] ?? []).compactMap { ($0 as? [String: Any]).map(KerasConfiguration.init) }
  }

  func text(_ name: String) -> String? { self[name] as? String }

  func flag(_ name: String, otherwise usual: Bool) -> Bool { self[name] as? Bool ?? usual }

  /// Nil for anything but a whole number of a sensible size.
  func integer(_ name: String) -> Int? { Self.integer(self[name]) }

  func float(_ name: String) -> Float? { (self[name] as? NSNumber)?.floatValue }

  /// A list of whole numbers; a number that is missing, as that of a batch, is nil.
  func integers(_ name: String) -> [Int?]? { (self[name] as? [Any]).map { $0.map(Self.integer) } }

  private static func integer(_ value: Any?) -> Int? {
    guard let number = value as? NSNumber, abs(number.doubleValue) < 1e9 else { return nil }
    let whole = number.intValue
    return Double(whole) == number.doubleValue ? whole : nil
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
  var nodeCount: Int { (self["inbound_nodes"] as? [Any])?.count ?? 0 }

  /// Each value stands as [name of its layer, number, number], at various depths.
  static func collect(_ value: Any?, into names: inout [String], depth: Int) {
    guard depth < 64 else { return }
    if let list = value as? [Any] {
      if list.count >= 3, let name = list[0] as? String, list[1] is NSNumber, list[2] is NSNumber {
        names.append(name)
      } else {
        for element in list { collect(element, into: &names, depth: depth + 1) }
      }
    } else if let object = value as? [String: Any] {
      for key in ["args", "config", "keras_history"] { collect(object[key], into: &names, depth: depth + 1) }
    }
  }
}
