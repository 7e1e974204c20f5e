import OctetNetwork

/// Layers whose weights stay as they are while the others are trained. Batch normalization among them keeps its mean
/// and variance, and uses these.
package struct FrozenLayers: Hashable, Sendable {
  private var names: [String] = []
  /// All layers up to this one.
  private var last: String?

  package static let grammar =
    "names of layers with commas between, such as conv-1,conv-2, or ..NAME for all up to that one; or none"

  package init() {}

  package init?(_ text: String) {
    if text == "none" { return }
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      if part.hasPrefix("..") {
        guard last == nil, part.count > 2 else { return nil }
        last = String(part.dropFirst(2))
      } else {
        guard !part.isEmpty, !names.contains(String(part)) else { return nil }
        names.append(String(part))
      }
    }
  }

  package var isEmpty: Bool { names.isEmpty && last == nil }

  package var text: String {
    let parts = (last.map { ["..\($0)"] } ?? []) + names
    return parts.isEmpty ? "none" : parts.joined(separator: ",")
  }

  /// The names of these layers in a network. Throws if one is not there, or nothing is left to train.
  package func layers(of network: NetworkDescription) throws(NetworkError) -> Set<String> {
    if isEmpty { return [] }
    let known = network.layers.map(\.name)
    for name in names + (last.map { [$0] } ?? []) where !known.contains(name) {
      throw NetworkError(
        "freeze names the layer \"\(name)\", which is not there; there are: \(known.joined(separator: ", "))")
    }
    var frozen = Set(names)
    if let last, let end = known.firstIndex(of: last) { frozen.formUnion(known[...end]) }
    let parameters = try network.parameters()
    let learns = zip(network.layers, parameters).contains { layer, own in
      !frozen.contains(layer.name) && own.contains(where: \.isTrained)
    }
    guard learns else { throw NetworkError("freeze \(text) leaves no layer with weights to train") }
    return frozen
  }
}
