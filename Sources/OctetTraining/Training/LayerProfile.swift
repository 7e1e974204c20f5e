import OctetNetwork

/// How long each layer of a network takes, forward and back.
package struct LayerProfile {
  private let clock: () -> Double
  /// Seconds of all passes so far, by layer.
  package private(set) var forward: [Double]
  package private(set) var backward: [Double]
  /// Seconds of what is no layer, by name.
  package private(set) var others: [(name: String, seconds: Double)] = []

  /// - Parameter clock: seconds from any fixed moment.
  package init(_ network: NetworkDescription, clock: @escaping () -> Double) {
    self.clock = clock
    forward = [Double](repeating: 0, count: network.layers.count)
    backward = forward
  }

  package func now() -> Double { clock() }

  mutating func addForward(_ layer: Int, since start: Double) { forward[layer] += clock() - start }

  mutating func addBackward(_ layer: Int, since start: Double) { backward[layer] += clock() - start }

  mutating func add(_ name: String, since start: Double) {
    let seconds = clock() - start
    if let place = others.firstIndex(where: { $0.name == name }) {
      others[place].seconds += seconds
    } else {
      others.append((name, seconds))
    }
  }

  /// Of everything that was measured.
  package var total: Double {
    forward.reduce(0, +) + backward.reduce(0, +) + others.reduce(0) { $0 + $1.seconds }
  }
}
