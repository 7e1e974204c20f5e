import OctetHost
import OctetNetwork
import OctetText

/// The weights of layers in the file.
extension KerasImport {
  /// - Parameter name: the folder of the layer in an archive, its own name elsewhere.
  mutating func weights(_ name: String, of model: Model) throws(GraphFailure) -> [String: KerasLayer.Weights]
  {
    do throws(OffsetFailure) {
      return try arrays(name, model)
    } catch {
      throw GraphFailure(
        error.offset < 0 ? error.reason : "has weights at byte \(error.offset) where \(error.reason)")
    }
  }

  private mutating func arrays(_ name: String, _ model: Model) throws(OffsetFailure)
    -> [String: KerasLayer.Weights]
  {
    var found: [String: KerasLayer.Weights] = [:]
    if isArchive {
      var path: [String] = []
      for folder in model.path + [name] { path += ["layers", folder] }
      // What a layer repeats for each step lies within; it has no weights besides.
      for part in [["vars"], ["layer", "vars"]] {
        guard let group = try file.object(path + part) else { continue }
        for (name, address) in try file.children(group) { try read(address, as: name, into: &found) }
      }
    } else if let outermost = model.path.first {
      guard let group = try file.object(["model_weights", outermost]) else { return [:] }
      var groups: [Int] = []
      // Keras 2 leaves out the names of models between the outermost one and the layer.
      var names = Array(model.path.dropFirst()) + Self.parts(name)
      let least = Self.parts(name).count
      try findGroups(names, in: group, depth: 0, into: &groups)
      while groups.isEmpty, names.count > least {
        names.removeFirst()
        try findGroups(names, in: group, depth: 0, into: &groups)
      }
      guard groups.count <= 1 else {
        throw OffsetFailure(
          offset: Self.noOffset, reason: "has weights in \(groups.count) places of the file; one is supported"
        )
      }
      for group in groups {
        for (name, address) in try file.children(group) {
          try read(address, as: String(name.prefix { $0 != ":" }), into: &found)
        }
        if found.isEmpty { try collect(group, depth: 0, into: &found) }
      }
    } else {
      let parts = Self.parts(name)
      // A name with slashes is a path, and the groups of other layers may lie within: "Conv" and "Conv/BatchNorm".
      if let own = try file.object(["model_weights"] + parts + parts) {
        for (name, address) in try file.children(own) {
          try read(address, as: String(name.prefix { $0 != ":" }), into: &found)
        }
      }
      guard found.isEmpty, let group = try file.object(["model_weights"] + parts) else { return found }
      try collect(group, depth: 0, into: &found)
    }
    return found
  }

  /// The names of the groups that a name with slashes stands for.
  private static func parts(_ name: String) -> [String] {
    name.split(separator: "/", maxSplits: 15).map(String.init)
  }

  /// The groups whose path ends with the last of some names and has the others before it, with others between.
  private mutating func findGroups(
    _ names: [String], in group: Int, depth: Int, into found: inout [Int]
  ) throws(OffsetFailure) {
    guard depth < 16 else { return }
    for (name, address) in try file.children(group) {
      let rest = names.first == name ? Array(names.dropFirst()) : names
      if rest.isEmpty {
        found.append(address)
      } else {
        try findGroups(rest, in: address, depth: depth + 1, into: &found)
      }
    }
  }

  private mutating func collect(_ group: Int, depth: Int, into found: inout [String: KerasLayer.Weights])
    throws(OffsetFailure)
  {
    guard depth < 8 else { return }
    for (name, address) in try file.children(group) {
      // Older names end with ":0".
      try read(address, as: String(name.prefix { $0 != ":" }), into: &found)
      try collect(address, depth: depth + 1, into: &found)
    }
  }

  private mutating func read(_ address: Int, as name: String, into found: inout [String: KerasLayer.Weights])
    throws(OffsetFailure)
  {
    guard let (shape, values) = try file.floats(address) else { return }
    parameterCount += values.count
    guard parameterCount <= NetworkDescription.largestParameterCount else {
      throw OffsetFailure(
        offset: Self.noOffset,
        reason: "it has more than \(NetworkDescription.largestParameterCount) parameters")
    }
    found[name] = KerasLayer.Weights(shape: shape, values: values)
  }

  /// "BatchNormalization" becomes "batch_normalization", "Conv2D" "conv2d", "PReLU" "p_re_lu".
  static func snakeCase(_ name: String) -> String {
    var text = ""
    let letters = Array(name.prefix(100))
    for (index, letter) in letters.enumerated() {
      let endsWord = index > 0 && letters[index - 1].isLowercase
      let startsWord = index > 0 && index + 1 < letters.count && letters[index + 1].isLowercase
      if letter.isUppercase, endsWord || startsWord { text += "_" }
      text += letter.lowercased()
    }
    return text
  }
}
