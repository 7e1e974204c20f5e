import OctetCommandLine
import OctetInterchange
import OctetNetwork
import OctetTraining

/// Where the time of a training run went, layer by layer.
struct ProfileTable {
  let network: NetworkDescription
  let profile: LayerProfile

  private var names: [(name: String, kind: String)] {
    let summary = NetworkSummary(network)
    return network.layers.enumerated().map { ($0.element.name, summary.kind($0.element, $0.offset)) }
  }

  func text() -> String {
    var table = TextTable(
      .init("layer"), .init("kind"), .init("forward s", .right), .init("backward s", .right),
      .init("share", .right))
    let total = max(profile.total, 1e-9)
    func seconds(_ value: Double) -> String { NumberText.fixed(value, decimals: 3) }
    func share(_ value: Double) -> String { NumberText.percent(value / total, decimals: 1) }
    for (index, layer) in names.enumerated() {
      let (forward, backward) = (profile.forward[index], profile.backward[index])
      table.addRow([layer.name, layer.kind, seconds(forward), seconds(backward), share(forward + backward)])
    }
    for other in profile.others {
      table.addRow([other.name, "", seconds(other.seconds), "", share(other.seconds)])
    }
    table.addRule()
    table.addRow([
      "total", "", seconds(profile.forward.reduce(0, +)), seconds(profile.backward.reduce(0, +)),
      share(total),
    ])
    return table.rendered()
  }

  var json: JSONValue {
    let layers = names.enumerated().map { index, layer in
      JSONValue.object([
        ("name", .string(layer.name)), ("kind", .string(layer.kind)),
        ("forward_seconds", .number(profile.forward[index])),
        ("backward_seconds", .number(profile.backward[index])),
      ])
    }
    let others = profile.others.map { ("\($0.name)_seconds", JSONValue.number($0.seconds)) }
    return .object([("layers", .array(layers))] + others)
  }
}
